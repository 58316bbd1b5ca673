/** My bonus credit: how much, in which parts, until when each is good, and what it may pay; and what is offered now. */
import { lotSentence } from "/app/bonus.js";
import { BonusRules } from "/app/offered.js";
import { bonuses, bonusOffers } from "/app/owned.js";
import { money, say } from "/shared/language.js";
import { Empty, Heading, Money, Shown } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const [mine, offers] = [bonuses(), bonusOffers()];
  return { title: () => say("bonus.title"), view: () => html`<${Bonuses} mine=${mine} offers=${offers} />`, close: watch(() => (bonuses(), bonusOffers()), EVERY_MS) };
}

const Bonuses = ({ mine, offers }) => html`
  <${Heading}>${say("bonus.title")}<//>
  <p>${say("bonus.lead")}</p>
  <${Shown} of=${mine} lines=${4}>
    ${({ data }) => (data.length ? data.map((one) => html`<${Credit} key=${one.currency} of=${one} />`) : html`<${Empty}>${say("bonus.none")}<//>`)}
  <//>
  <h2>${say("bonus.offers")}</h2>
  <${Shown} of=${offers} lines=${3}>
    ${({ data }) => (data.length ? data.map((one) => html`<${Offer} key=${one.id} of=${one} />`) : html`<${Empty}>${say("bonus.offers.none")}<//>`)}
  <//>
`;

const Credit = ({ of: { currency, available, most_share_percent, lots } }) => html`
  <section class="card balance" aria-label=${say("bonus.in", { currency })}>
    <p class="label">${say("bonus.in", { currency })}</p>
    <p class="sum"><${Money} amount=${available} currency=${currency} /></p>
    <p>${say("bonus.share", { percent: most_share_percent })}</p>
    <ul class="rows">${lots.map((one) => html`<li key=${one.id} class="thing"><div><strong>${lotSentence(one, currency)}</strong><small>${one.name} · ${say("bonus.lot.of", { amount: money(one.amount, currency) })}</small></div></li>`)}</ul>
  </section>
`;

const Offer = ({ of: one }) => html`
  <article class="card" aria-label=${one.name}>
    <p class="label">${one.name}</p>
    <${BonusRules} of=${one} />
    ${one.taken ? html`<p class="note">${say("bonus.taken")}</p>` : html`<p><a class="button" href=${`#/topup?amount=${one.least_topup}&currency=${one.currency}&bonus=${one.id}`}>${say("topup.go", { amount: money(one.least_topup, one.currency) })}</a></p>`}
  </article>
`;
