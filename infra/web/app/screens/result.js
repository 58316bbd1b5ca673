/** What became of something that was meant: done, refused and why, asked of a guardian, or not known yet. */
import { hostOf, shownSum } from "/app/money.js";
import { Earned, earning } from "/app/earned.js";
import { helpFact } from "/app/helped.js";
import { Lifts } from "/app/lifting.js";
import { amountOf, consentOf, dueOf, sayOf } from "/app/meant.js";
import { payCheckout, payShop, TopUpFirst } from "/app/paying.js";
import { Back, wayBack } from "/app/way-back.js";
import { carry, finished, intent, intents, seen } from "/shared/intents.js";
import { money, say, sayOr, shownMoment, shownMoney } from "/shared/language.js";
import { Facts, Heading, Icon, Problem, Shown, When } from "/shared/parts.js";
import { Refused } from "/shared/door.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see } from "/shared/seen.js";
import { newHere } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id } }) {
  let here = true;
  carry(id)
    .then((outcome) => outcome && inFront())
    .then(() => here && finished(id) && arrived(finished(id)))
    .catch((problem) => console.error(problem));
  const wanted = intent(id) ?? finished(id);
  const [earlier, back] = [signal(null), signal(null)];
  const stopLeading = effect(() => {
    const way = outcomeOf(id)?.status < 400 && wayBack(wanted?.about);
    if (way && !back.peek()) untracked(() => (back.value = see(way)));
  });
  const stop = effect(() => {
    const before = outcomeOf(id)?.body?.payment_id;
    if (before && !earlier.peek()) untracked(() => (earlier.value = see(`/v1/payments/${before}`)));
  });
  const earned = earning(() => outcomeOf(id)?.status < 400 && outcomeOf(id).body.id);
  const view = () => html`<${Result} id=${id} earlier=${earlier.value} back=${back.value} earned=${earned} />`;
  return { title: () => titleOf(id, wanted), view, close: () => (stop(), stopLeading(), earned.close(), (here = false)) };
}

/** Reads the signal, so that whoever asks is told again. Of what has a screen of its own, only a refusal is told here. */
function outcomeOf(id) {
  if (intents.value.some((one) => one.id === id)) return null;
  const ended = finished(id);
  return ended && !leadsOn(ended) ? ended.outcome : null;
}

const leadsOn = ({ about, outcome }) => about.what !== "payment" && outcome.status < 400;

/** Once somebody may be looking: a page behind another has told nobody. */
const inFront = () =>
  new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState !== "visible") return;
      removeEventListener("visibilitychange", look);
      resolve();
    };
    addEventListener("visibilitychange", look);
    look();
  });

function arrived(ended) {
  const { id, about, outcome } = ended;
  seen(id);
  void lookAgain("/v1/wallets", "/v1/cards", "/v1/coupons", "/v1/points", "/v1/bonuses", "/v1/family-cards", "/v1/gift-cards", "/v1/credit-line", "/v1/instalment-plans");
  if (leadsOn(ended)) goInstead(`${placeOf(outcome.body, about)}${OF_PLANS.includes(about.what) ? `?done=${id}` : ""}`);
}

/** The screen that tells more of what was made. */
const PLACES = { payment: "payments", topup: "topups", withdrawal: "withdrawals", transfer: "transfers", packet: "packets", "packet-claim": "packets", card: "cards", "card-refund": "cards", gift: "gift-cards", "gift-claim": "gift-cards", loan: "credit/plans", repayment: "credit/plans", "plan-withdrawal": "credit/plans" };
/** What the plan itself tells of, once it is done. */
const OF_PLANS = ["loan", "repayment", "plan-withdrawal"];
const placeOf = ({ id, card_id, red_packet_id, gift_card_id, plan_id }, { what, then }) => `/${PLACES[what]}/${{ repayment: plan_id, "plan-withdrawal": plan_id, "card-refund": card_id, "packet-claim": red_packet_id, "gift-claim": gift_card_id }[what] ?? id}${then ? `?then=${encodeURIComponent(then)}` : ""}`;

function titleOf(id, wanted) {
  const outcome = outcomeOf(id);
  const about = (intent(id) ?? finished(id) ?? wanted)?.about;
  if (!about) return say("result.forgotten");
  const amount = amountOf(about);
  if (outcome) return outcome.status < 400 ? say(outcome.body?.status === "authorized" ? "result.held" : "result.paid", { amount }) : sayOf(about, "result.not", { amount });
  const { last } = intent(id) ?? {};
  const consent = consentOf({ last });
  if (consent) return sayOf(about, `result.${consent}`);
  return sayOf(about, last === undefined ? "result.sending" : "result.unknown", { amount });
}

function Result({ id, earlier, back, earned }) {
  const outcome = outcomeOf(id);
  const about = (intent(id) ?? finished(id))?.about;
  const kind = outcome ? (outcome.status < 400 ? "good" : "bad") : "open";
  return html`
    <div class=${`result ${kind}`} role="status">
      <p class="mark" aria-hidden="true"><${Icon} name=${{ good: "check", bad: "cross", open: "clock" }[kind]} /></p>
      <${Heading}>${titleOf(id)}<//>
    </div>
    ${about?.checkout && html`<${Facts} of=${facts(about, outcome)} />`}
    ${about?.what === "transfer" && html`<${Facts} of=${[[say("checkout.to"), about.to], [say("fact.amount"), shownSum(about)]]} />`}
    ${!about && html`<${Forgotten} />`}
    ${about && !outcome && html`<${Waits} id=${id} about=${about} />`}
    ${kind === "good" && html`<${Done} about=${about} body=${outcome.body} back=${back} earned=${earned} />`}
    ${kind === "bad" && html`<${Not} about=${about} outcome=${outcome} earlier=${earlier} />`}
  `;
}

const facts = ({ checkout, help, family, instalments, ...about }, outcome) => [
  [say("checkout.to"), checkout.merchant_name],
  [say(help ? "coupon.before" : "fact.amount"), shownSum(checkout)],
  ...(help ? [helpFact(help, checkout.currency)] : []),
  [say("fact.by"), family && say("fact.family-card.of", { name: family.name })],
  [say("fact.by"), instalments && say("fact.by.plan")],
  [say("fact.at-once"), instalments?.at_once > 0 && shownMoney(instalments.at_once, checkout.currency)],
  [say("coupon.due"), help && shownSum(dueOf({ checkout, help, ...about }))],
  [say("fact.order"), checkout.order_reference],
  [say("fact.when"), outcome?.body?.created_at && html`<${When} at=${outcome.body.created_at} />`],
];

const Forgotten = () => html`
  <p>${say("result.forgotten.detail")}</p>
  <p><a class="button" href="#/activity">${say("result.activity")}</a></p>
`;

/** Nobody is told that it failed while it may have happened. */
function Waits({ id, about }) {
  const { last } = intent(id) ?? {};
  const consent = consentOf({ last });
  const why = consent ? `result.${consent}.detail` : last === undefined ? "result.sending.detail" : "result.unknown.detail";
  return html`
    <div class="note" role="status">
      <p>${sayOf(about, why)}</p>
      ${last?.title && !consent && html`<p><small>${last.title}</small></p>`}
    </div>
    <p><a class="button secondary" href="#/">${say("result.later")}</a></p>
  `;
}

/** Back to the shop only if the person says so, who reads where it leads. */
function Done({ about, body, back, earned }) {
  const host = hostOf(about.checkout?.return_url);
  return html`
    ${body.status === "authorized" && html`<p class="note">${say(about.checkout?.split ? "result.held.share" : "result.held.deposit", { when: shownMoment(body.expires_at) })}</p>`}
    <${Earned} of=${earned} />
    <${Back} checkout=${about.checkout} back=${back} />
    <p><a class=${host ? "button secondary" : "button main"} href="#/">${say("result.home")}</a></p>
    <p><a class="button secondary" href=${`#${placeOf(body, about)}`}>${say("result.receipt")}</a></p>
    ${body.plan_id && html`<p><a class="button secondary" href=${`#/credit/plans/${body.plan_id}`}>${say("result.plan")}</a></p>`}
  `;
}

/** Why not, in the API's words unless those are for programs, and what helps. */
function Not({ about, outcome: { status, body }, earlier }) {
  const key = body && `result.${body.code}.${body.state ?? "detail"}`;
  const detail = body && (isStuck(body) ? say("result.not-here") : sayOr(`${key}.${about.what}`, sayOr(key, body.detail)));
  const again = body?.code === "probable-duplicate";
  return html`
    <${Problem} of=${new Refused({ status, body: body && { ...body, detail }, text: "" })} />
    ${!about.family && html`<${Lifts} of=${body ?? {}} />`}
    <${Help} about=${about} body=${body ?? {}} earlier=${earlier} />
    <p><a class=${again ? "button main" : "button secondary"} href="#/">${say(again ? "twice.no" : "result.home")}</a></p>
  `;
}

/** It is what helps that was refused, and nothing else. */
const isOfHelp = ({ what }, { code = "", param = "" }) => code.includes(what) || param === `${what}_id` || param.split(".")[0] === what;
const without = (place, { id }) => `${place}${place.includes("?") ? "&" : "?"}without=${id}`;

/** It is the line or the quote that does not do any more: another quote is one tap away. */
const isOfCredit = ({ what, instalments }, { code = "", state }) => (Boolean(instalments) || what === "loan") && (code.startsWith("credit-") || ["expired", "used"].includes(state));

/** It takes a confirmation, and they have none and can set up none here yet. */
const isStuck = ({ methods }) => methods === "" && newHere.value;

function Help({ about, body, earlier }) {
  const back = about.back ?? (about.charge ? "/code" : about.checkout ? (about.checkout.back ?? `/pay/${about.checkout.id}`) : `/${{ topup: "topup", withdrawal: "withdraw" }[about.what]}`);
  if (about.what === "gift-claim") return html`<p><a class="button main" href=${`#${back}`}>${say("result.gift")}</a></p>`;
  if (about.what === "packet-claim") return html`<p><a class="button main" href=${`#${back}`}>${say("result.packet")}</a></p>`;
  if (fromWallet(about) && body.code === "insufficient-funds" && body.missing) return html`<${TopUpFirst} missing=${body.missing} currency=${body.currency} then=${back} />`;
  if (body.code === "probable-duplicate" && !about.charge) return html`<${Twice} about=${about} earlier=${earlier} before=${body.payment_id} />`;
  if (about.help && isOfHelp(about.help, body)) return html`<p><a class="button main" href=${`#${without(back, about.help)}`}>${say(`help.go-on-without.${about.help.what}`)}</a></p>`;
  if (isOfCredit(about, body)) return html`<p><a class="button main" href=${`#${back}`}>${say(about.checkout ? "result.bill" : "result.again")}</a></p>`;
  if (body.code === "cooling-off" || isStuck(body)) return null;
  if (body.code === "wallet-frozen" || body.methods === "") return html`<p><a class="button main" href="#/security">${say("result.security")}</a></p>`;
  if (body.code === "invalid-state") return html`<p><a class="button main" href="#/activity">${say("result.activity")}</a></p>`;
  return html`<p><a class="button main" href=${`#${back}`}>${say("result.again")}</a></p>`;
}

const fromWallet = ({ checkout, card_id, family, what }) => (checkout && !card_id && !family) || ["transfer", "packet", "gift", "repayment", "plan-withdrawal"].includes(what);

/** Names the earlier payment, and asks whether a second one is meant. */
function Twice({ about, earlier, before }) {
  const { checkout, wallet_id, card_id, help, family, instalments } = about;
  const pay = () => (checkout.back ? payShop(checkout, wallet_id, { confirmed: true, help, family, instalments }) : payCheckout(checkout, wallet_id, { confirmed: true, card_id, help, family, instalments, form: `after ${before}` }));
  const again = () => goInstead(`/results/${pay()}`);
  return html`
    <section class="card" aria-label=${say("twice.title")}>
      <h2>${say("twice.title")}</h2>
      ${earlier && html`<${Shown} of=${earlier} lines=${2}>${(before) => html`
        <p>${say("twice.earlier", { name: about.checkout.merchant_name, amount: money(before.amount, before.currency), when: shownMoment(before.created_at) })}</p>
        <p><a href=${`#/payments/${before.id}`}>${say("twice.see")}</a></p>`}<//>`}
      <button type="button" class="secondary" onClick=${again}>${say("twice.yes", { amount: amountOf(about) })}</button>
    </section>
  `;
}
