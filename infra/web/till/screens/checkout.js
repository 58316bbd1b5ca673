/** An order that the customer pays by its code: it tells by itself when it is paid, over or cancelled. */
import { shownSum } from "/till/sales.js";
import { say, shownClock } from "/shared/language.js";
import { Button, Facts, Heading, Icon, job, Problem, Shown } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const ASK_MS = 2000;
const MARKS = { paid: ["good", "check"], expired: ["bad", "clock"], cancelled: ["bad", "cross"], voided: ["bad", "cross"] };

export function open({ params: { id } }) {
  const path = `/v1/checkouts/${id}`;
  const checkout = see(path);
  const qr = signal(null);
  const draw = effect(() => checkout.value.data && !qr.peek() && untracked(async () => (qr.value = await drawn(checkout.peek().data.code_url))));
  const stop = watch(() => checkout.peek().data?.status === "open" && see(path), ASK_MS);
  const cancel = job(async () => {
    await call("POST", `${path}/cancel`);
    await lookAgain(path);
  });
  const title = () => titleOf(checkout.value.data);
  const view = () => html`<${Shown} of=${checkout} lines=${5}>${(data) => html`<${Checkout} of=${data} qr=${qr.value} cancel=${cancel} />`}<//>`;
  return { title, view, close: () => (draw(), stop()) };
}

const titleOf = (data) => (data ? say(`till.checkout.${data.status}`, { amount: shownSum(data) }) : say("till.checkout.any"));

const Checkout = ({ of: checkout, qr, cancel }) => html`
  ${checkout.status === "open"
    ? html`
      <${Heading}>${titleOf(checkout)}<//>
      <section class="card till">${qr && html`<${Qr} of=${qr} label=${say("till.qr.label")} />`}<p>${say("till.qr.lead")}</p></section>`
    : html`
      <div class=${`result ${MARKS[checkout.status][0]}`} role="status">
        <p class="mark" aria-hidden="true"><${Icon} name=${MARKS[checkout.status][1]} /></p>
        <${Heading}>${titleOf(checkout)}<//>
      </div>`}
  <${Facts} of=${[
    [say("till.fact.amount"), shownSum(checkout)],
    [say("till.fact.reference"), checkout.order_reference],
    [say("till.fact.until"), checkout.status === "open" && shownClock(checkout.expires_at)],
    [say("till.fact.paid-at"), checkout.paid_at && shownClock(checkout.paid_at)],
  ]} />
  <p><a class=${checkout.status === "open" ? "button secondary wide" : "button main"} href="#/">${say("till.next")}</a></p>
  ${checkout.status === "open" && html`<p><${Button} job=${cancel} kind="danger wide" onClick=${cancel.run}>${say("till.qr.cancel")}<//></p>`}
  <${Problem} of=${cancel.problem.value} />
`;
