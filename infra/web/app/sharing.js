/** A checkout that several people pay: how far it is, what is mine of it, and how much I pay now. */
import { wrongAmount } from "/app/amounts.js";
import { payCheckout, TopUpFirst } from "/app/paying.js";
import { digits, money, readMoney, say, shownMoment } from "/shared/language.js";
import { newKey } from "/shared/door.js";
import { Field, Form, job } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export const minePaid = ({ split }) => split?.parts.filter((one) => one.mine) ?? [];
/** What an opened screen keeps of the form; `form`: sent once, however often it is tapped. */
export function begunPart() {
  const [form, typed, wrong] = [newKey(), signal(null), signal(false)];
  const start = job((wanted, wallet, amount, fits) => {
    wrong.value = !fits;
    if (fits) goInstead(`/results/${payCheckout({ ...wanted, amount }, wallet.id, { form })}`);
  });
  return { typed, wrong, start };
}

const typedOf = (minor, currency) => (minor / 10 ** digits(currency)).toFixed(digits(currency));

/** What is there and what is left; told again whenever it changes. */
export const Progress = ({ of: { amount, currency, split, status } }) => html`
  <section class="card" aria-label=${say("share.title")}>
    <p role="status">${status === "paid" ? say("share.full", { amount: money(amount, currency) }) : say("share.left", { left: money(split.left, currency), amount: money(amount, currency) })}</p>
    <progress max=${amount} value=${split.taken} aria-label=${say("share.title")}></progress>
    <p><small>${say("share.people", { payers: split.payers, max: split.max_payers })}</small></p>
    ${split.parts.length > 0 && html`<ul class="plain">${split.parts.map((one, at) => html`
      <li key=${at}>${say(one.mine ? "share.you" : "share.somebody", { amount: money(one.amount, currency) })}</li>`)}</ul>`}
  </section>
`;

/** How much I pay of it: all that is left, unless I say less. */
export function PayPart({ wanted, wallet, part: { typed, wrong, start } }) {
  const { currency, split } = wanted;
  const text = typed.value ?? typedOf(split.left, currency);
  const amount = readMoney(text, currency);
  const tooLittle = amount < split.least && amount !== split.left;
  const fits = amount > 0 && amount <= split.left && !tooLittle;
  const missing = fits ? amount - wallet.available : 0;
  const sent = { ...start, run: () => start.run(wanted, wallet, amount, fits && missing <= 0) };
  const why = amount > split.left ? say("share.too-much", { left: money(split.left, currency) }) : wrongAmount(text, currency) || (tooLittle ? say("share.too-little", { least: money(split.least, currency) }) : "");
  return html`
    <p class="note">${say("share.held", { when: shownMoment(wanted.expires_at) })}</p>
    <${Form} job=${sent}>
      <${Field} name="amount" label=${say("share.amount", { currency })} hint=${split.least > 1 && split.least < split.left ? say("share.amount.least", { least: money(split.least, currency) }) : say("share.amount.hint")} inputmode="decimal" autocomplete="off" value=${text} problem=${wrong.value && !fits ? why : ""} onInput=${(event) => (typed.value = event.target.value)} />
      ${missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then=${`/pay/${wanted.id}`} />` : html`<button class="main">${fits ? say("share.pay", { amount: money(amount, currency) }) : say("share.pay.none")}</button>`}
    <//>
  `;
}
