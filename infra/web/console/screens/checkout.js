/** A checkout: an order to be paid, at most once. */
import { Facts, Id, Moment, State } from "/console/show.js";
import { say } from "/shared/language.js";
import { Heading, Money, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open({ params }) {
  const checkout = see(`/v1/checkouts/${params.id}`);
  return { title: () => say("console.checkout"), view: () => html`<${Heading}>${say("console.checkout")}<//><${Shown} of=${checkout}>${(data) => html`<${Checkout} of=${data} />`}<//>` };
}

const Checkout = ({ of: checkout }) => html`
  <p class="summary"><span class="big"><${Money} ...${{ amount: checkout.amount, currency: checkout.currency }} /></span> <${State} of=${checkout.status} /></p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${checkout.id} />`],
    ["order_reference", checkout.order_reference],
    ["merchant", html`<${Id} of=${checkout.merchant_id} /> ${checkout.merchant_name}`],
    ["created_at", html`<${Moment} at=${checkout.created_at} />`],
    ["expires_at", html`<${Moment} at=${checkout.expires_at} />`],
    ["paid_at", checkout.paid_at && html`<${Moment} at=${checkout.paid_at} />`],
    ["capture", checkout.capture && say("console.checkout.deposit")],
    ["split", checkout.split && say("console.checkout.split", checkout.split)],
    ["payment", checkout.payment_id && html`<${Id} of=${checkout.payment_id} data-stop />`],
  ]} />
`;
