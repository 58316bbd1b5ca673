/** Deposits that are held and not taken yet, what runs out soonest first: taken, whole or in part, or given back. */
import { question } from "/till/office.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, shownMoment, shownMoney } from "/shared/language.js";
import { Field, Heading, Money, Pages, pages, Trouble, Up, wrong } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const TOGETHER = 50;
const held = () => pages((cursor) => get(`/v1/deposits?limit=${TOGETHER}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));

export function open() {
  const list = signal(held());
  const { ask, view } = question();
  const send = async (one, deed, key, body) => {
    await call("POST", `/v1/payments/${one.id}/${deed}`, { key, body });
    list.value = held();
  };
  const take = (one) => {
    const key = newKey();
    ask({
      title: say("deposits.take-of", { reference: one.order_reference }),
      what: say("deposits.take-what", { amount: money(one.amount, one.currency) }),
      fields: (deed) => html`<${Field} name="amount" label=${say("till.amount.label", { currency: one.currency })} hint=${say("refund.amount.hint", { most: money(one.amount, one.currency) })} problem=${wrong(deed.problem.value, "amount")} inputmode="decimal" autocomplete="off" defaultValue=${typed(one)} required />`,
      go: say("deposits.take"),
      done: say("deposits.taken"),
      act: ({ amount }) => send(one, "capture", key, { amount: within(amount, one) }),
    });
  };
  const release = (one) => {
    const key = newKey();
    ask({
      title: say("deposits.release-of", { reference: one.order_reference }),
      what: say("deposits.release-what", { amount: money(one.amount, one.currency) }),
      go: say("deposits.release"),
      danger: true,
      done: say("deposits.released"),
      act: () => send(one, "void", key, {}),
    });
  };
  return { title: () => say("deposits.title"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("deposits.title")}<//>
    <p>${say("deposits.lead")}</p>
    <${Pages} of=${list.value} empty=${say("deposits.none")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("deposits.title")}>${rows.map((one) => html`<${Deposit} key=${one.id} of=${one} take=${take} release=${release} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const typed = ({ amount, currency }) => (amount / 10 ** digits(currency)).toFixed(digits(currency));

/** Throws Trouble unless it can be taken. */
function within(text, { amount: most, currency }) {
  const amount = readMoney(text, currency);
  if (!(amount > 0 && amount <= most)) throw new Trouble("deposits.wrong", { most: money(most, currency) });
  return amount;
}

const Deposit = ({ of: one, take, release }) => html`
  <li class="thing">
    <a class="alone" href=${`#/payments/${one.id}`}>${one.order_reference}</a> <${Money} amount=${one.amount} currency=${one.currency} />
    <small>${say("deposits.held-at", { at: shownMoment(one.created_at) })} · ${say("deposits.until", { at: shownMoment(one.expires_at) })}</small>
    <p class="acts">
      <button type="button" class="plain" onClick=${() => take(one)}>${say("deposits.take")}</button>
      <button type="button" class="plain" onClick=${() => release(one)}>${say("deposits.release")}</button>
    </p>
  </li>
`;
