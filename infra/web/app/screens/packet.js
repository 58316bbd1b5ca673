/** A red packet: open it and see what I got, who else has what, and what is left; for whoever made it, its link. */
import { shownLately } from "/app/money.js";
import { addressOf, claim } from "/app/packets.js";
import "/app/screens/result.js";
import { money, say, shownMoment } from "/shared/language.js";
import { announce, Button, Empty, Heading, Icon, job, Money, Problem, Shown } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open({ params: { id }, query: { link = "" } }) {
  const path = `/v1/red-packets/${encodeURIComponent(id)}${link && `?link=${encodeURIComponent(link)}`}`;
  const [packet, qr] = [see(path), signal(null)];
  const stopLooking = watch(() => ["open", "expired"].includes(packet.peek().data?.status ?? "open") && !isUnknown(packet.peek()) && see(path), EVERY_MS);
  let before = packet.peek().data?.status;
  const stopTelling = effect(() => {
    const { data } = packet.value;
    if (data?.sent && !qr.peek()) untracked(() => drawn(addressOf(data)).then((found) => (qr.value = found)));
    if (!data || data.status === before) return;
    before = data.status;
    untracked(() => lookAgain("/v1/wallets"));
  });
  const copy = job(async () => {
    await navigator.clipboard.writeText(addressOf(packet.peek().data));
    announce(say("packet.copied"));
  });
  const go = () => goInstead(`/results/${claim(packet.peek().data, link)}`);
  const view = () => html`<${Packet} packet=${packet} qr=${qr} copy=${copy} go=${go} />`;
  return { title: () => titleOf(packet.value.data), view, close: () => (stopLooking(), stopTelling()) };
}

const isUnknown = ({ data, problem }) => data === null && problem?.answer?.status === 404;
const mineOf = ({ claims }) => claims.find(({ mine }) => mine);
const leftOf = ({ amount, claimed_amount, currency }) => money(amount - claimed_amount, currency);

/** How it stands for whoever looks: theirs, opened by them, to be opened, or too late. */
function stateOf(one) {
  if (one.sent) return "sent";
  return mineOf(one) ? "mine" : one.status === "open" ? "open" : "late";
}

function titleOf(one) {
  if (!one) return say("packet.title");
  const amount = money(mineOf(one)?.amount ?? one.amount, one.currency);
  return say(`packet.is-${stateOf(one)}`, { name: one.name, amount });
}

const Packet = ({ packet, ...of }) => (isUnknown(packet.value) ? html`<${Unknown} />` : html`
  <${Shown} of=${packet} lines=${5}>${(one) => html`<${Known} one=${one} ...${of} />`}<//>`);

const Unknown = () => html`
  <${Heading}>${say("packet.unknown")}<//>
  <p>${say("packet.unknown.detail")}</p>
  <p><a class="button main" href="#/">${say("shared.home")}</a></p>
`;

function Known({ one, qr, copy, go }) {
  const state = stateOf(one);
  const good = state === "mine" || (state === "sent" && one.status !== "returned");
  return html`
    <div class=${`result ${good ? "good" : "open"}`} role="status">
      <p class="mark" aria-hidden="true"><${Icon} name=${state === "mine" ? "check" : "packet"} /></p>
      <${Heading}>${titleOf(one)}<//>
      ${one.greeting && html`<p>“${one.greeting}”</p>`}
    </div>
    ${state === "open" && html`
      <p><button type="button" class="wide tall" onClick=${go}>${say("packet.open")}</button></p>
      <p>${say("packet.open.until", { at: shownMoment(one.expires_at) })}</p>`}
    ${state === "mine" && html`<p>${say(mineOf(one).best ? "packet.mine.best" : "packet.mine.detail", { name: one.name })}</p>`}
    ${state === "late" && html`<p>${say(one.status === "claimed" ? "packet.late.claimed" : "packet.late.over")}</p>`}
    ${state === "sent" && html`<${Mine} one=${one} qr=${qr} copy=${copy} />`}
    <${Opened} one=${one} state=${state} />
    <p><a class=${state === "open" ? "button secondary" : "button main"} href="#/">${say("result.home")}</a></p>
  `;
}

/** Whoever made it gives the link to others, as long as there is something in it. */
const Mine = ({ one, qr, copy }) => html`
  <p>${say(`packet.sent.${one.status}`, { left: leftOf(one), at: shownMoment(one.expires_at) })}</p>
  ${one.status === "open" && html`
    <section class="card" aria-label=${say("packet.share")}>
      <p><strong>${say("packet.share")}</strong></p>
      <p>${say(one.link ? "packet.share.link" : "packet.share.names")}</p>
      ${qr.value && html`<${Qr} of=${qr.value} label=${say("packet.qr")} />`}
      <p><code class="secret">${addressOf(one)}</code></p>
      <${Button} kind="wide" job=${copy} onClick=${copy.run}>${say("packet.copy")}<//>
      <${Problem} of=${copy.problem.value} />
    </section>`}
`;

/** Who has what of it: for those who have opened it, and for all once it is over. */
const Opened = ({ one, state }) => html`
  <h2>${say("packet.opened", { claimed: one.claimed, shares: one.shares })}</h2>
  ${one.claimed > 0 && state !== "open" && html`<p>${say("packet.opened.of", { claimed: money(one.claimed_amount, one.currency), amount: money(one.amount, one.currency) })}</p>`}
  ${one.claims.length > 0 && html`
    <ul class="rows card">
      ${one.claims.map((share, at) => html`
        <li key=${at} class="beside">
          <span class="row-words"><strong>${share.mine ? say("packet.you", { name: share.name }) : share.name}</strong><small>${shownLately(share.at)}${share.best && html` · ${say("packet.best")}`}</small></span>
          <${Money} amount=${share.amount} currency=${one.currency} />
        </li>`)}
    </ul>`}
  ${one.claimed === 0 && state === "sent" && html`<${Empty}>${say("packet.opened.none")}<//>`}
`;
