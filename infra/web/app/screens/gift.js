/** A gift card: how it stands; for whoever bought it, its code and link as long as nobody has taken it, and a way back. */
import { addressOf, Face, isBought, PATH, standing } from "/app/gifts.js";
import { Sure, sure } from "/app/sure.js";
import { money, say, shownMoment } from "/shared/language.js";
import { announce, Button, Facts, Heading, job, Problem, Shown, Up, When } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { newKey } from "/shared/door.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open({ params }) {
  const path = `${PATH}/${encodeURIComponent(params.id)}`;
  const [gift, qr, key] = [see(path), signal(null), newKey()];
  const stopLooking = watch(() => ["open", "expired"].includes(gift.peek().data?.status ?? "open") && !isUnknown(gift.peek()) && see(path), EVERY_MS);
  const stopDrawing = effect(() => {
    const { data } = gift.value;
    if (data?.code && !qr.peek()) untracked(() => drawn(addressOf(data)).then((found) => (qr.value = found)));
  });
  const copy = job(async (text, said) => {
    await navigator.clipboard.writeText(text);
    announce(say(said));
  });
  const share = job(async (one) => {
    await navigator.share({ title: say("gift.share.title"), url: addressOf(one) }).catch(stopped);
  });
  const cancel = sure(async () => {
    await call("POST", `${path}/cancel`, { body: {}, key }).finally(() => lookAgain(PATH, "/v1/wallets"));
    announce(say("gift.cancel.done"));
  });
  const view = () => html`<${Gift} gift=${gift} ...${{ qr, copy, share, cancel }} />`;
  return { title: () => titleOf(gift.value.data), view, close: () => (stopLooking(), stopDrawing()) };
}

const isUnknown = ({ data, problem }) => data === null && problem?.answer?.status === 404;

/** Whoever changes their mind has done nothing wrong. */
function stopped(problem) {
  if (problem.name !== "AbortError") throw problem;
}

const titleOf = (one) => (one ? say(isBought(one) ? "gift.title.bought" : "gift.title.mine", { amount: money(one.amount, one.currency), name: one.from ?? "" }) : say("gift.title"));

const Gift = ({ gift, ...of }) => html`
  <${Up} path="/gift-cards">${say("gifts.title")}<//>
  ${isUnknown(gift.value) ? html`<${Unknown} />` : html`<${Shown} of=${gift} lines=${5}>${(one) => html`<${Known} one=${one} ...${of} />`}<//>`}
`;

const Unknown = () => html`
  <${Heading}>${say("gift.unknown")}<//>
  <p>${say("gift.unknown.detail")}</p>
`;

const Known = ({ one, cancel, ...of }) => html`
  <${Heading}>${titleOf(one)}<//>
  <${Face} of=${one} />
  <p role="status">${say(`gift.state.${standing(one)}`, { at: shownMoment(one.expires_at), name: one.claimed_by ?? "" })}</p>
  ${one.code && html`<${Give} one=${one} ...${of} />`}
  <${Facts} of=${[
    [say("gift.bought"), html`<${When} at=${one.created_at} />`],
    [say("gift.until"), standing(one) === "open" && html`<${When} at=${one.expires_at} />`],
    [say("fact.number"), html`<small>${one.id}</small>`],
  ]} />
  ${isBought(one) && one.status === "open" && html`
    <p><button type="button" class="danger wide" onClick=${() => cancel.ask(one)}>${say("gift.cancel")}</button></p>
    <${Sure} of=${cancel} title=${say("gift.cancel.sure", { amount: money(one.amount, one.currency) })} go=${say("gift.cancel.go")} kind="danger">${say("gift.cancel.means")}<//>`}
  <p><a class="button secondary" href="#/">${say("shared.home")}</a></p>
`;

/** The code is money: it is here for whoever bought the card, and gone once it is taken. */
const Give = ({ one, qr, copy, share }) => html`
  <section class="card" aria-label=${say("gift.share")}>
    <p><strong>${say("gift.share")}</strong></p>
    <p>${say("gift.share.means")}</p>
    ${qr.value && html`<${Qr} of=${qr.value} label=${say("gift.qr")} />`}
    <p class="label">${say("gift.code")}</p>
    <p><code class="secret digits">${one.code}</code></p>
    ${navigator.share && html`<${Button} kind="wide" job=${share} onClick=${() => share.run(one)}>${say("gift.share.go")}<//>`}
    <${Button} kind=${navigator.share ? "secondary wide" : "wide"} job=${copy} onClick=${() => copy.run(addressOf(one), "gift.copied.link")}>${say("gift.copy.link")}<//>
    <${Button} kind="secondary wide" job=${copy} onClick=${() => copy.run(one.code, "gift.copied.code")}>${say("gift.copy.code")}<//>
    <${Problem} of=${share.problem.value ?? copy.problem.value} />
  </section>
`;
