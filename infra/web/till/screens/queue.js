/** What is on its way and not known to have ended, and sales noted for later: each can be ended or dropped. */
import { noted, unnote } from "/till/noted.js";
import { Meant } from "/till/rows.js";
import { follow, shownSum, stop } from "/till/sales.js";
import { drop, intents, isAnothers, isShut, mine } from "/shared/intents.js";
import { say, shownMoment } from "/shared/language.js";
import { Dialog, Empty, Heading, Money } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const asked = signal(null);
  const end = (one) => {
    if (one.about.what === "charge") void follow(stop(one.id)).catch((problem) => console.error(problem));
    else asked.value = one;
  };
  const view = () => html`<${Queue} end=${end} />${asked.value && html`<${Sure} of=${asked.value} close=${() => (asked.value = null)} />`}`;
  return { title: () => say("queue.title"), view };
}

function Queue({ end }) {
  const open = intents.value && mine();
  const stopping = new Set(open.filter((one) => one.about.what === "stop" && !isAnothers(one)).map(({ about }) => about.of));
  const ends = (one) => one.about.what !== "stop" && !stopping.has(one.id) && !isShut(one);
  return html`
    <${Heading}>${say("queue.title")}<//>
    <p>${say("queue.lead")}</p>
    ${open.length === 0 && noted.value.length === 0 && html`<${Empty}>${say("queue.empty")}<//>`}
    ${open.length > 0 && html`
      <ul class="rows card" aria-label=${say("queue.title")}>
        ${open.map((one) => html`<${Meant} key=${one.id} of=${one}>${isShut(one) && html`<p><small>${say("till.shut")}</small></p>`}${ends(one) && html`
          <p><button type="button" class="danger" onClick=${() => end(one)}>${say(`queue.end-${one.about.what}`)}</button></p>`}<//>`)}
      </ul>`}
    ${noted.value.length > 0 && html`
      <h2>${say("queue.noted")}</h2>
      <p>${say("queue.noted-lead")}</p>
      <ul class="rows card" aria-label=${say("queue.noted")}>${noted.value.map((one) => html`<${Note} key=${one.id} of=${one} />`)}</ul>`}
  `;
}

const Note = ({ of: one }) => html`
  <li class="thing">
    <div class="beside"><span class="row-words"><strong>${one.reference}</strong><small>${shownMoment(one.at)}</small></span><${Money} amount=${one.amount} currency=${one.currency} /></div>
    <p class="pair">
      <a class="button" href=${`#/scan?${new URLSearchParams({ amount: one.amount, currency: one.currency, reference: one.reference, noted: one.id })}`}>${say("queue.charge")}</a>
      <button type="button" class="secondary" onClick=${() => unnote(one.id)}>${say("queue.drop")}</button>
    </p>
  </li>
`;

/** Of a refund that nobody answered, dropping it here does not say that it has not happened. */
const Sure = ({ of: one, close }) => html`
  <${Dialog} title=${say("queue.sure", { amount: shownSum(one.about) })} onClose=${close}>
    <p>${say("queue.sure.detail")}</p>
    <button type="button" class="danger" onClick=${() => (drop(one.id), close())}>${say("queue.drop")}</button>
    <button type="button" class="secondary" onClick=${close}>${say("shared.cancel")}</button>
  <//>
`;
