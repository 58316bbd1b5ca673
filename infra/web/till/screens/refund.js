/** Giving money back: how much, why, and a second question before it leaves. */
import { leftOf } from "/till/screens/payment.js";
import { refund, shownSum } from "/till/sales.js";
import { may } from "/till/staff.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, shownMoney } from "/shared/language.js";
import { About, Dialog, Field, Filled, Form, Heading, job, Shown, Submit, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

export function open({ params: { id } }) {
  const payment = see(`/v1/payments/${id}`);
  const form = newKey();
  const [asked, wrong] = [signal(null), signal("")];
  const check = job(({ amount: typed, reason }) => {
    const { currency } = payment.peek().data;
    const [amount, most] = [readMoney(typed, currency), leftOf(payment.peek().data)];
    wrong.value = amount > 0 && amount <= most ? "" : say("refund.amount.wrong", { most: money(most, currency) });
    if (!wrong.peek()) asked.value = { amount, currency, reason: reason.trim() };
  });
  const send = () => goInstead(`/refunds/${refund({ payment: payment.peek().data, ...asked.peek(), form })}`);
  const view = () => html`
    <${Up} path=${`/payments/${id}`}>${say("sold.title")}<//>
    <${Heading}>${say("refund.title")}<//>
    <${Shown} of=${payment}>${(data) => html`<${Refund} of=${data} check=${check} wrong=${wrong.value} />`}<//>
    ${asked.value && html`<${Sure} of=${asked.value} send=${send} stay=${() => (asked.value = null)} />`}
  `;
  return { title: () => say("refund.title"), view };
}

const typedOf = (amount, currency) => (amount / 10 ** digits(currency)).toFixed(digits(currency));

const Refund = ({ of: payment, check, wrong }) => {
  if (!may("refunds")) return html`<p class="note">${say("sold.who-can", { name: "", amount: money(leftOf(payment), payment.currency) })}</p>`;
  const left = leftOf(payment);
  return html`
    <p>${say("refund.lead", { reference: payment.order_reference, amount: money(left, payment.currency) })}</p>
    <${Form} job=${check}>
      <${Field} name="amount" label=${say("till.amount.label", { currency: payment.currency })} hint=${say("refund.amount.hint", { most: money(left, payment.currency) })} problem=${wrong} inputmode="decimal" autocomplete="off" defaultValue=${typedOf(left, payment.currency)} required />
      <${Filled} name="reason">${(problem) => html`
        <label class="field" for="reason"><span>${say("refund.reason")}</span>
          <textarea id="reason" name="reason" rows="2" maxlength="80" required aria-describedby="reason-about" aria-invalid=${problem ? "true" : undefined} />
          <${About} id="reason" hint=${say("refund.reason.hint")} problem=${problem} />
        </label>`}<//>
      <${Submit} job=${check}>${say("refund.go")}<//>
    <//>
  `;
};

const Sure = ({ of: wish, send, stay }) => html`
  <${Dialog} title=${say("refund.sure", { amount: shownSum(wish) })} onClose=${stay}>
    <p>${say("refund.sure.detail", { amount: shownMoney(wish.amount, wish.currency), reason: wish.reason })}</p>
    <button type="button" class="danger" onClick=${send}>${say("refund.sure.go", { amount: shownSum(wish) })}</button>
    <button type="button" class="secondary" onClick=${stay}>${say("shared.cancel")}</button>
  <//>
`;
