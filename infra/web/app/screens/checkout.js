/** A checkout: to whom, how much, what for; before it is paid what it costs and what stays, and one button. */
import { partsOf, shopOf } from "/app/cards.js";
import { familyCards } from "/app/family-cards.js";
import { chosenOf, FamilyChoices, FamilyNote, usable } from "/app/family-paying.js";
import { noted } from "/app/helped.js";
import { BY_PLAN, begunInstalments, ByPlan, lendable, PayByPlan } from "/app/instalments.js";
import { begunHelp, Choose, helping, known, NO_HELP, reckoning, toHowMuch } from "/app/helps.js";
import { cards, wallets } from "/app/me.js";
import { entriesOf, Frozen, meet } from "/app/money.js";
import { onceOf, payCheckout, TopUpFirst } from "/app/paying.js";
import { begunPart, minePaid, PayPart, Progress } from "/app/sharing.js";
import { Back, wayBack } from "/app/way-back.js";
import "/app/screens/result.js";
import { done, mine as meant } from "/shared/intents.js";
import { money, say, shownMoment, shownMoney } from "/shared/language.js";
import { Facts, Heading, Money, Shown, Waiting, When } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const MANY = 100;

/** `query.without`: a coupon, points or bonus credit that was refused for it. */
export function open({ params, query }) {
  const path = `/v1/checkouts/${encodeURIComponent(params.id)}`;
  const notes = see("/v1/education?moment=first-payee");
  const [checkout, mine, owned, from] = [see(path), wallets(), cards(), signal("")];
  const [before, helps] = [signal(null), begunHelp(query.without)];
  const [part, back, lent, plans] = [begunPart(), signal(null), familyCards(), begunInstalments()];
  const stopLooking = effect(() => {
    const way = minePaid(checkout.value.data ?? {}).length > 0 && wayBack({ checkout: checkout.value.data });
    if (way && !back.peek()) untracked(() => (back.value = see(way)));
    const wallet = walletFor(mine.value.data?.data, checkout.value.data);
    if (wallet && !before.peek()) untracked(() => (before.value = see(entriesOf(wallet.id, MANY))));
  });
  const stop = watch(() => isUnknown(checkout.peek()) || (see(path), wallets(), cards(), familyCards()), 5000);
  const view = () => html`<${Checkout} checkout=${checkout} mine=${mine} owned=${owned} lent=${lent} plans=${plans} from=${from} helps=${helps} before=${before.value} notes=${notes} part=${part} back=${back.value} />`;
  return { title: () => titleOf(checkout), view, close: () => (stop(), stopLooking(), plans.quotes.close()) };
}

const isUnknown = ({ data, problem }) => data === null && problem?.answer?.status === 404;
const earlierOf = (wanted) => [...meant(), ...done()].find((one) => one.once === onceOf(wanted.id));

/** How it stands, for whoever looks: open, meant (by them, just now), paid (yours: by them), expired, cancelled, voided, unknown. */
function stateOf({ value }) {
  if (isUnknown(value)) return "unknown";
  const { status = "open", payment_id } = value.data ?? {};
  if (status === "voided") return "voided";
  if (status === "open") return value.data && earlierOf(value.data) ? "meant" : "open";
  return payment_id || (status === "paid" && minePaid(value.data).length > 0) ? "yours" : status;
}
const titleOf = (checkout) => say(`checkout.title.${stateOf(checkout)}`);

const walletFor = (wallets, checkout) => wallets?.find((one) => one.currency === checkout?.currency);
const isNew = (before, merchant) => Boolean(before?.value.data) && !before.value.data.data.some((one) => one.merchant_id === merchant);

const Checkout = ({ checkout, ...rest }) => html`
  <${Heading}>${titleOf(checkout)}<//>
  ${isUnknown(checkout.value) ? html`<${Unknown} />` : html`<${Known} checkout=${checkout} ...${rest} />`}
`;

const Unknown = () => html`
  <p>${say("checkout.unknown")}</p>
  <p><a class="button main" href="#/pay">${say("checkout.another")}</a></p>
  <p><a class="button secondary" href="#/">${say("shared.home")}</a></p>
`;

/** The card with that very shop, and whether it pays: unless another way is chosen, it does where it can; whole, at once. */
function cardFor(owned, wanted, from) {
  if (wanted.split || wanted.capture === "manual") return { pays: false };
  const card = owned.value.data?.data.find((one) => one.merchant_id === wanted.merchant_id && one.currency === wanted.currency && one.status === "active");
  const enough = Boolean(card) && card.available >= wanted.amount;
  return { card, enough, pays: enough && ["", "card"].includes(from.value) };
}

/** Family cards that I hold, and the one that is chosen: never by itself, as it is somebody else's money. */
function familyFor(lent, wanted, from) {
  if (wanted.split || wanted.capture === "manual") return { all: [] };
  const all = usable(lent, wanted);
  return { all, one: chosenOf(all, from.value, wanted.amount) };
}

/** The way of instalments where a line is open, and whether it is the one that was chosen. */
function planFor(plans, wanted, from) {
  const way = wanted.split || wanted.capture === "manual" ? null : lendable(plans, wanted);
  return { way, chosen: Boolean(way) && !way.short && from.value === BY_PLAN, quotes: plans.quotes };
}

const Known = ({ checkout, mine, owned, lent, plans, from, helps, before, notes, part, back }) => html`
  <${Shown} of=${checkout} lines=${5}>
    ${(wanted) => {
      meet([wanted]);
      const [wallet, state] = [walletFor(mine.value.data?.data, wanted), stateOf(checkout)];
      const family = familyFor(lent, wanted, from);
      const by = { ...cardFor(owned, wanted, from), family, plan: planFor(plans, wanted, from) };
      const help = takesHelp(wanted, by) ? helping(helps, wanted) : NO_HELP(wanted);
      const source = by.pays ? by.card : family.one || by.plan.chosen ? null : wallet;
      return html`
        <section class="card bill">
          <p class="label">${say("checkout.to")}</p>
          <p class="payee">${wanted.merchant_name}</p>
          <p class="sum"><${Money} amount=${state === "open" ? help.due : wanted.amount} currency=${wanted.currency} /></p>
          <${Facts} of=${state === "open" ? facts(wanted, source, by.pays, help) : over(wanted)} />
        </section>
        ${state === "open" && wallet && html`<${Choose} bill=${wanted} of=${help} state=${helps} />`}
        ${wanted.split && html`<${Progress} of=${wanted} />`}
        ${state === "open" && isNew(before, wanted.merchant_id) && html`<${Notes} notes=${notes} name=${wanted.merchant_name} />`}
        ${state === "open" && wallet && (by.card || family.all.length > 0 || by.plan.way) && html`<${From} by=${by} wallet=${wallet} from=${from} saves=${by.pays || family.one || by.plan.chosen ? helping(helps, wanted).help?.discount : 0} />`}
        <${Way} wanted=${wanted} wallet=${wallet} by=${by} help=${help} known=${mine.value.data !== null} ready=${known(helps)} part=${part} back=${back} />
        ${state === "open" && html`<p><a class="alone" href=${`#${shopOf(wanted.merchant_id)}`}>${say("checkout.cards")}</a></p>`}
      `;
    }}
  <//>
`;

/** It helps the wallet, alone and at once: not a card of any kind, a plan, a deposit or several people. */
const takesHelp = (wanted, by) => !by.pays && !by.family.one && !by.plan.chosen && !wanted.split && wanted.capture !== "manual";

const over = (wanted) => [
  [say("fact.order"), wanted.order_reference],
  [say("fact.when"), wanted.paid_at && html`<${When} at=${wanted.paid_at} />`],
];

/** `source`: the wallet, or the prepaid card that pays. */
const facts = (wanted, source, is_card, help) => [
  ...reckoning(wanted, help),
  [say("fact.order"), wanted.order_reference],
  [say("fact.fee"), say("fact.fee.none")],
  [say("fact.from"), source && say(is_card ? "fact.card" : "fact.wallet", { available: money(source.available, source.currency) })],
  [say("fact.deposit"), wanted.held_until && say("checkout.deposit", { when: shownMoment(wanted.held_until) })],
  [say("fact.after"), !wanted.split && source && source.available >= help.due && shownMoney(source.available - help.due, source.currency)],
];

/** `saves`: what a coupon or bonus credit would take off, were it paid from the wallet. */
const From = ({ by: { card, enough, pays, family, plan }, wallet, from, saves }) => html`
  <fieldset>
    <legend>${say("checkout.from")}</legend>
    ${card && html`<label class="choice"><input type="radio" name="from" value="card" checked=${pays} disabled=${!enough} onChange=${() => (from.value = "card")} /><span>${say("fact.card", { available: money(card.available, card.currency) })}<small>${enough ? partsOf(card) : say("checkout.card-short")}</small></span></label>`}
    <label class="choice"><input type="radio" name="from" value="wallet" checked=${!pays && !family.one && !plan.chosen} onChange=${() => (from.value = "wallet")} /><span>${say("fact.wallet", { available: money(wallet.available, wallet.currency) })}${saves > 0 && html`<small>${say("help.by-wallet", { amount: money(saves, wallet.currency) })}</small>`}</span></label>
    <${FamilyChoices} of=${family.all} from=${from} />
    <${ByPlan} of=${plan.way} from=${from} />
  </fieldset>
`;

/** The one thing to do: pay, top up first, or read why neither goes. */
function Way({ wanted, wallet, by, help, known, ready, part, back }) {
  const [mine] = minePaid(wanted);
  if (mine && wanted.status !== "open") return html`
    <p class=${wanted.status === "paid" ? "good" : "note"} role="status">${say(`share.${wanted.status}`)}</p>
    <${Back} checkout=${wanted} back=${back} />
    <p><a class="button" href=${`#/payments/${mine.payment_id}`}>${say("result.receipt")}</a></p>`;
  if (wanted.status === "voided" && wanted.payment_id) return html`<p class="note" role="status">${say("checkout.voided")}</p><p><a class="button main" href=${`#/payments/${wanted.payment_id}`}>${say("result.receipt")}</a></p>`;
  if (wanted.payment_id) return html`<p class="good" role="status">${say("checkout.paid.yours")}</p><p><a class="button main" href=${`#/payments/${wanted.payment_id}`}>${say("result.receipt")}</a></p>`;
  const earlier = earlierOf(wanted);
  if (earlier) return html`<p class="note" role="status">${say("checkout.yours")}</p><p><a class="button" href=${`#/results/${earlier.id}`}>${say("checkout.result")}</a></p>`;
  if (wanted.status !== "open") return html`<p class="note" role="status">${say(`checkout.${wanted.status}`)}</p><p><a class="button secondary" href="#/">${say("shared.home")}</a></p>`;
  if (!wallet) return known && html`<p class="note" role="status">${say("checkout.no-wallet", { currency: wanted.currency })}</p>`;
  if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  if (wanted.split) return html`<${PayPart} wanted=${wanted} wallet=${wallet} part=${part} /><${Back} checkout=${mine && wanted} back=${back} />`;
  if (!ready) return html`<${Waiting} lines=${1} />`;
  const pay = (more) => goInstead(`/results/${payCheckout(wanted, wallet.id, more)}`);
  if (by.plan.chosen) return html`<${PayByPlan} quotes=${by.plan.quotes} bill=${wanted} pay=${(instalments) => pay({ instalments })} />`;
  const family = by.family.one;
  const missing = help.due - wallet.available;
  if (missing > 0 && !by.pays && !family) return html`<${TopUpFirst} missing=${missing} currency=${wallet.currency} then=${`/pay/${wanted.id}`} />`;
  const chosen = help.help;
  const whole = () => pay({ card_id: by.pays ? by.card.id : undefined, help: chosen && noted(chosen), family });
  return html`${family && html`<${FamilyNote} of=${family} />`}<button type="button" class="main stick" onClick=${chosen?.wrong ? toHowMuch : whole}>${say(wanted.capture === "manual" ? "checkout.pay.deposit" : "checkout.pay", { amount: money(help.due, wanted.currency) })}</button>`;
}

const Notes = ({ notes, name }) => html`
  <aside class="note notes" aria-label=${say("checkout.first")}>
    <strong>${say("checkout.first.name", { name })}</strong>
    ${notes.value.data?.notes.map(({ id, title, body }, at) => html`<details key=${id} open=${at === 0}><summary>${title}</summary><p>${body}</p></details>`)}
  </aside>
`;
