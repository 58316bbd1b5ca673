/** What became of a charge: paid, not paid and why, waiting for the customer, stopped, or not known yet. */
import { whose } from "/till/rows.js";
import { aboutOf, charge, codeOf, follow, shownSum, standing, stop } from "/till/sales.js";
import { newKey, reachable, Refused } from "/shared/door.js";
import { seen } from "/shared/intents.js";
import { money, say, sayOr, shownClock } from "/shared/language.js";
import { Facts, Heading, Icon, Problem } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const ASK_MS = 2000;
const MARKS = { paid: ["good", "check"], not: ["bad", "cross"], stopped: ["bad", "stop"], sending: ["open", "clock"], unknown: ["open", "warning"], waiting: ["open", "phone"], stopping: ["open", "clock"], forgotten: ["open", "clock"] };

export function open({ params: { id } }) {
  const about = aboutOf(id);
  const polled = signal(null);
  const go = (one) => void follow(one).then(() => (seen(one), lookAgain("/v1/merchants"))).catch((problem) => console.error(problem));
  go(id);
  const now = () => standing(id, polled.value?.value.data);
  const waits = () => now().kind === "waiting";
  const begin = effect(() => waits() && !polled.value && untracked(() => (polled.value = see(`/v1/charges/${now().body.id}`))));
  const stopAsking = watch(() => waits() && polled.peek() && see(`/v1/charges/${now().body.id}`), ASK_MS);
  const end = () => go(stop(id));
  const view = () => html`<${Charge} id=${id} about=${about} of=${now()} end=${end} />`;
  return { title: () => titleOf(now(), about), view, close: () => (begin(), stopAsking()) };
}

const titleOf = ({ kind }, about) => say(`till.charge.${kind}`, { amount: about ? shownSum(about) : "" });

const Charge = ({ id, about, of: now, end }) => html`
  <div class=${`result ${MARKS[now.kind][0]}`} role="status">
    <p class="mark" aria-hidden="true"><${Icon} name=${MARKS[now.kind][1]} /></p>
    <${Heading}>${titleOf(now, about)}<//>
  </div>
  <${About} of=${now} about=${about} />
  ${now.kept && html`<p class="note" role="status">${say("till.charge.kept")}</p>`}
  ${now.denied && html`<p class="note" role="status">${say("till.charge.denied")}</p>`}
  ${about && html`<${Facts} of=${[[say("till.fact.amount"), shownSum(about)], [say("till.fact.reference"), about.reference], [say("till.fact.at"), shownClock(about.at)], [say("till.fact.by"), now.anothers && whose(about)]]} />`}
  ${now.kind === "not" && about && html`<${Again} id=${id} about=${about} of=${now} />`}
  <p><a class=${OPEN.includes(now.kind) ? "button secondary wide" : "button main"} href="#/">${say("till.next")}</a></p>
  ${canStop(now) && html`<p><button type="button" class="danger wide" onClick=${end}>${say("till.charge.stop")}</button></p>`}
`;

/** What the next customer need not wait for, and yet is not over. */
const OPEN = ["unknown", "waiting", "sending", "stopping"];
/** Also what somebody else was stopping: whoever is here does it in their own name. */
const canStop = ({ kind, kept, shut, anothers }) => (kind === "stopping" ? anothers : OPEN.includes(kind)) && !kept && !shut;

function About({ of: { kind, code, body, given_back, anothers, shut }, about }) {
  if (kind === "stopped") return html`<p>${given_back ? say("till.charge.given-back", { amount: money(given_back, about.currency) }) : say("till.charge.nothing-taken")}</p>`;
  if (kind === "not") return html`<${Not} code=${code} body=${body} />`;
  if (kind === "unknown" && shut) return html`<div class="note" role="status"><p>${say("till.charge.shut-detail")}</p></div>`;
  if (kind === "unknown" && !reachable.value && !navigator.onLine) return html`<div class="note" role="status"><p>${say("till.charge.offline")}</p></div>`;
  const more = body?.title && kind === "unknown" && !anothers && html`<p><small>${body.title}</small></p>`;
  return html`<div class=${OPEN.includes(kind) ? "note" : "said"}><p>${say(`till.charge.${kind}-${anothers ? "anothers" : "detail"}`)}</p>${more}</div>`;
}

/** In words that help at a counter; the API's own where there are none. */
const Not = ({ code, body }) => {
  const said = sayOr(`till.not.${code}${body?.state ? `.${body.state}` : ""}`, sayOr(`till.not.${code}`, ""));
  return said ? html`<p class="problem" role="alert">${said}</p>` : html`<${Problem} of=${new Refused({ status: 409, body, text: "" })} />`;
};

/** The same amount once more, with a key of its own: a fresh code, or the same one if it only looked like a repetition. */
function Again({ id, about, of: { code } }) {
  const twice = code === "probable-duplicate";
  const sale = new URLSearchParams({ amount: about.amount, currency: about.currency, reference: about.reference, ...(twice && { again: "1" }) });
  const known = twice && codeOf(id);
  const repeat = () => goInstead(`/charges/${charge({ ...about, code: known, form: newKey(), again: true })}`);
  return known
    ? html`<p><button type="button" class="secondary wide" onClick=${repeat}>${say("till.charge.twice", { amount: shownSum(about) })}</button></p>`
    : html`<p><a class="button secondary wide" href=${`#/scan?${sale}`}>${say(twice ? "till.charge.twice" : "till.charge.again", { amount: shownSum(about) })}</a></p>`;
}
