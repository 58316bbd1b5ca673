/** A payment as its merchant sees it, and the way to give it back. */
import { may, staff } from "/till/staff.js";
import { shownSum } from "/till/sales.js";
import { money, say, sayOr } from "/shared/language.js";
import { Facts, Heading, Money, Shown, Up, When } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const payment = see(`/v1/payments/${id}`);
  const title = () => (payment.value.data ? say("sold.of", { amount: shownSum(payment.value.data) }) : say("sold.title"));
  return { title, view: () => html`
    <${Up} path="/today">${say("today.title")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${payment} lines=${5}>${(data) => html`<${Payment} of=${data} />`}<//>
  ` };
}

export const leftOf = (payment) => payment.captured - payment.refunded;

const Payment = ({ of: payment }) => html`
  <section class="card bill">
    <p class="sum"><${Money} amount=${leftOf(payment) || payment.amount} currency=${payment.currency} /></p>
    <p class="status">${sayOr(`sold.status.${payment.status}`, payment.status)}</p>
    <${Facts} of=${[
      [say("till.fact.reference"), payment.order_reference],
      [say("till.fact.paid-at"), html`<${When} at=${payment.created_at} />`],
      [say("sold.paid"), shownSum(payment)],
      [say("sold.refunded"), payment.refunded ? shownSum({ amount: payment.refunded, currency: payment.currency }) : ""],
      [say("sold.description"), payment.description],
      [say("sold.id"), payment.id],
    ]} />
  </section>
  ${leftOf(payment) > 0 && html`<${Back} payment=${payment} />`}
  ${payment.status === "authorized" && html`<p class="note">${say("sold.held")}</p><p><a class="button secondary wide" href="#/office/deposits">${say("more.go.deposits")}</a></p>`}
`;

/** Whoever may not give back reads who can. */
const Back = ({ payment }) => may("refunds")
  ? html`<p><a class="button secondary wide" href=${`#/payments/${payment.id}/refund`}>${say("sold.refund")}</a></p>`
  : html`<p class="note">${say("sold.who-can", { name: staff.value?.merchant_name ?? "", amount: money(leftOf(payment), payment.currency) })}</p>`;
