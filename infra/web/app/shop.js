/** Paying at a counter, or again where somebody paid before: whom is known, how much is typed. */
import { wrongAmount } from "/app/amounts.js";
import { familyCards } from "/app/family-cards.js";
import { chosenOf, FamilyNote, PayWith, usable } from "/app/family-paying.js";
import { noted } from "/app/helped.js";
import { BY_PLAN, begunInstalments, ByPlan, lendable, PayByPlan } from "/app/instalments.js";
import { begunHelp, Choose, helping, known, NO_HELP, reckoning, toHowMuch } from "/app/helps.js";
import { wallets } from "/app/me.js";
import { Frozen, nameOf } from "/app/money.js";
import { payShop, TopUpFirst } from "/app/paying.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { money, readMoney, say } from "/shared/language.js";
import { Facts, Field, Form, Heading, job, Shown, Waiting } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const REFERENCE_LETTERS = 8;

/** `store`: of the code on a counter; or else `merchant`, whom they paid before. `without`: what was refused to help. */
export function openShop({ store, merchant, without }) {
  const [mine, helps, typed, wrong] = [wallets(), begunHelp(without), signal(""), signal(false)];
  const [lent, plans, from] = [familyCards(), begunInstalments(), signal("")];
  const helped = (shop, amount, currency) => {
    const all = usable(lent, { amount, currency });
    const family = { all, one: chosenOf(all, from.value, amount) };
    const way = amount > 0 ? lendable(plans, { amount, currency }) : null;
    const plan = { way, chosen: Boolean(way) && !way.short && from.value === BY_PLAN, quotes: plans.quotes };
    return { family, plan, ...(family.one || plan.chosen ? NO_HELP({ amount }) : helping(helps, { merchant_id: shop.merchant_id, amount, currency })) };
  };
  const place = store ? see(`/v1/stores/${encodeURIComponent(store)}`) : signal({ data: remembered(merchant), problem: null });
  const back = store ? `/pay?store=${store}` : `/pay?merchant=${merchant}`;
  const reference = `QR-${newKey().replaceAll("-", "").slice(0, REFERENCE_LETTERS).toUpperCase()}`;
  const pay = job((shop, wallet, { help, family, instalments }) => {
    const amount = readMoney(typed.peek(), wallet.currency);
    wrong.value = !amount;
    if (!amount) return;
    if (help?.wrong) return toHowMuch();
    const order = { merchant_id: shop.merchant_id, merchant_name: shop.merchant_name, store_id: store, amount, currency: wallet.currency, order_reference: reference, back };
    goInstead(`/results/${payShop(order, wallet.id, { help: help && noted(help), family: family?.one, instalments })}`);
  });
  return {
    close: plans.quotes.close,
    title: () => place.value.data?.merchant_name || say("pay.title"),
    view: () => html`
      <${Heading}>${say("shop.title")}<//>
      ${isUnknown(place.value) ? html`<p>${say("shop.unknown")}</p><p><a class="button main" href="#/pay">${say("checkout.another")}</a></p>` : html`<${Shown} of=${place} lines=${3}>${(shop) => html`<${Shop} ...${{ shop, mine, helps, helped, from, typed, wrong, pay, back }} />`}<//>`}`,
  };
}

const isUnknown = ({ data, problem }) => data === null && problem?.answer?.status === 404;
const remembered = (merchant_id) => ({ merchant_id, merchant_name: nameOf({ merchant_id }) || say("entry.merchant"), name: "", currencies: null, status: "open" });
const walletFor = (all, { currencies }) => all?.find((one) => !currencies || currencies.includes(one.currency));

const Shop = ({ shop, mine, ...form }) => html`
  <section class="card bill">
    <p class="label">${say("checkout.to")}</p>
    <p class="payee">${shop.merchant_name}</p>
    ${shop.name && html`<p>${shop.name}</p>`}
  </section>
  ${shop.status === "closed"
    ? html`<p class="note" role="status">${say("shop.closed")}</p><p><a class="button secondary" href="#/">${say("shared.home")}</a></p>`
    : html`<${Shown} of=${mine} lines=${2}>${({ data }) => html`<${Sum} shop=${shop} wallet=${walletFor(data, shop)} ...${form} />`}<//>`}
`;

function Sum({ shop, wallet, helps, helped, from, typed, wrong, pay, back }) {
  if (!wallet) return html`<p class="note" role="status">${say("checkout.no-wallet", { currency: shop.currencies.join(", ") })}</p>`;
  if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  const { currency } = wallet;
  const amount = readMoney(typed.value, currency);
  const by = helped(shop, amount || 0, currency);
  const missing = by.family.one || by.plan.chosen ? 0 : Math.max(0, by.due - wallet.available);
  const bill = { amount, currency };
  return html`
    <p>${say("shop.balance", { available: money(wallet.available, currency) })}</p>
    <${Form} job=${{ ...pay, run: () => known(helps) && !by.plan.chosen && pay.run(shop, wallet, by) }}>
      <${Field} name="amount" label=${say("shop.amount", { currency })} inputmode="decimal" autocomplete="off" value=${typed.value} problem=${wrong.value && !amount ? wrongAmount(typed.value, currency) : ""} onInput=${(event) => (typed.value = event.target.value)} />
      ${amount > 0 && html`<${Choose} bill=${bill} of=${by} state=${helps} /><${Facts} of=${reckoning(bill, by)} />`}
      <${PayWith} of=${by.family} wallet=${wallet} from=${from} other=${by.plan.chosen}>${by.plan.way && html`<${ByPlan} of=${by.plan.way} from=${from} />`}<//>
      ${amount > 0 && by.family.one && html`<${FamilyNote} of=${by.family.one} />`}
      ${by.plan.chosen ? "" : !known(helps) ? html`<${Waiting} lines=${1} />` : missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then=${back} />` : html`<button class="main">${amount ? say("checkout.pay", { amount: money(by.due, currency) }) : say("shop.pay")}</button>`}
    <//>
    ${by.plan.chosen && html`<${PayByPlan} quotes=${by.plan.quotes} bill=${bill} pay=${(instalments) => pay.run(shop, wallet, { instalments })} />`}
  `;
}
