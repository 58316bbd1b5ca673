/** One dispute: where it stands, what both said, and the clock; and the way to take it back. */
import { isUndecided, PATH, standing, steps, sumOf } from "/app/disputes.js";
import { Sure, sure } from "/app/sure.js";
import { say, sayOr, shownMoney } from "/shared/language.js";
import { announce, Facts, Heading, Shown, Up, When } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open({ params }) {
  const path = `${PATH}/${encodeURIComponent(params.id)}`;
  const dispute = see(path);
  const withdraw = sure(async () => {
    await call("POST", `${path}/withdraw`, { body: {} }).finally(() => lookAgain(path, "/v1/payments"));
    announce(say("dispute.withdrawn"));
  });
  const close = watch(() => see(path), EVERY_MS);
  return { title: () => say("dispute.title"), view: () => html`<${Dispute} dispute=${dispute} withdraw=${withdraw} />`, close };
}

const Dispute = ({ dispute, withdraw }) => html`
  <${Up} path="/disputes">${say("dispute.list.title")}<//>
  <${Heading}>${say("dispute.title")}<//>
  <${Shown} of=${dispute} lines=${6}>${(one) => html`<${Known} one=${one} withdraw=${withdraw} />`}<//>
`;

const Known = ({ one, withdraw }) => html`
  <p class="note" role="status">${standing(one)}${one.risen > 0 && ` ${say("dispute.risen")}`}</p>
  <section class="card"><${Facts} of=${[
    [say("dispute.amount"), shownMoney(one.amount, one.currency)],
    [say("dispute.with"), one.merchant_name],
    [say("dispute.reason"), sayOr(`dispute.reason.${one.reason}`, one.reason)],
    [say("fact.order"), one.order_reference],
    [say("dispute.mine"), one.text],
    [say("dispute.theirs"), one.answer],
    [say("dispute.payment"), html`<a class="alone" href=${`#/payments/${one.payment_id}`}>${say("dispute.see-payment")}</a>`],
  ]} /></section>
  <h2>${say("dispute.history")}</h2>
  <ol class="timeline">${steps(one).map(({ key, at, coming }) => html`<li key=${key} class=${coming ? "coming" : ""}><span>${say(`dispute.step.${key}`)}</span> <${When} at=${at} /></li>`)}</ol>
  ${isUndecided(one) && html`
    <p>${say("dispute.nothing-to-do")}</p>
    <p><button type="button" class="secondary wide" onClick=${() => withdraw.ask(one)}>${say("dispute.withdraw")}</button></p>
    <${Sure} of=${withdraw} title=${say("dispute.withdraw.sure", { amount: sumOf(one) })} go=${say("dispute.withdraw")}>${say("dispute.withdraw.means")}<//>`}
`;
