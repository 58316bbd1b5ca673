/** How a withdrawal stands, until the bank has said the last word; afterwards its receipt. */
import { follow, Mark, UNFINISHED } from "/app/following.js";
import { shownSum, way } from "/app/money.js";
import { methods, shownMethod } from "/app/withdrawing.js";
import { say, sayOr, shownSpan } from "/shared/language.js";
import { Facts, Shown, When } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/** It is sent by a sweep, once a minute. */
const EVERY_MS = 5000;

export function open({ params }) {
  const { movement, stop } = follow(`/v1/withdrawals/${encodeURIComponent(params.id)}`, EVERY_MS);
  const known = methods();
  return { title: () => titleOf(movement.value.data), view: () => html`<${Status} withdrawal=${movement} known=${known} />`, close: stop };
}

const titleOf = (withdrawal) => (withdrawal ? say(`withdrawal.${withdrawal.status}`, { amount: shownSum(withdrawal) }) : say("kind.withdrawal"));

const Status = ({ withdrawal, known }) => html`
  <${Shown} of=${withdrawal}>
    ${(one) => html`
      <${Mark} status=${one.status}>${titleOf(one)}<//>
      <p>${detailOf(one)}</p>
      ${one.usual_seconds && html`<p>${say("withdrawal.usually", { time: shownSpan(one.usual_seconds) })}</p>`}
      <${Facts} of=${facts(one, known.value.data?.data)} />
      <${Onwards} status=${one.status} />
    `}
  <//>
`;

function detailOf({ status, reason }) {
  if (status !== "failed") return say(`withdrawal.${status}.detail`);
  return `${sayOr(`withdrawal.reason.${reason}`, say("withdrawal.failed.detail"))} ${say("withdrawal.back")}`;
}

const facts = (one, known) => [
  [say("fact.amount"), shownSum(one)],
  [say("withdraw.to"), toOf(one, known)],
  [say("fact.fee"), say("fact.fee.none")],
  [say("fact.when"), html`<${When} at=${one.created_at} />`],
  [say("fact.number"), html`<small>${one.id}</small>`],
];

/** Of a way that was removed since, only whose it was. */
function toOf(withdrawal, known) {
  const method = known?.find((one) => one.id === withdrawal.funding_method_id);
  return method ? shownMethod(method) : way(withdrawal);
}

const Onwards = ({ status }) => html`
  ${status === "failed" && html`<p><a class="button main" href="#/withdraw">${say("result.again")}</a></p>`}
  <p><a class=${status === "failed" ? "button secondary" : "button"} href="#/">${say(UNFINISHED.includes(status) ? "result.later" : "result.home")}</a></p>
  <div class="files"><button type="button" class="secondary" onClick=${() => print()}>${say("statement.print")}</button></div>
`;
