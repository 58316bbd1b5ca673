/** A transfer: how it stands, when it arrives, and a way to take it back while it waits. */
import { shownSum } from "/app/money.js";
import { left } from "/app/sending.js";
import { Sure, sure } from "/app/sure.js";
import { say } from "/shared/language.js";
import { Facts, Heading, Icon, Shown, When, announce } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, untracked } from "/shared/ui.js";

/** What is due is carried on by a sweep, once a minute. */
const EVERY_MS = 10_000;
const MARKS = { scheduled: ["open", "clock"], completed: ["good", "check"], cancelled: ["open", "back"], returned: ["open", "back"] };

export function open({ params }) {
  const path = `/v1/transfers/${encodeURIComponent(params.id)}`;
  const transfer = see(path);
  const stopLooking = watch(() => (transfer.peek().data?.status ?? "scheduled") === "scheduled" && see(path), EVERY_MS);
  let before = transfer.peek().data?.status;
  const stopTelling = effect(() => {
    const { data } = transfer.value;
    if (!data || data.status === before) return;
    before = data.status;
    untracked(() => lookAgain("/v1/wallets"));
  });
  const cancel = sure(async () => {
    await call("POST", `${path}/cancel`, { body: {} }).finally(() => lookAgain(path));
    announce(say("transfer.cancel.done"));
  });
  const view = () => html`<${Transfer} transfer=${transfer} cancel=${cancel} />`;
  return { title: () => titleOf(transfer.value.data), view, close: () => (stopLooking(), stopTelling()) };
}

const keyOf = ({ status, direction }) => `transfer.${direction === "in" ? "received" : status}`;
const titleOf = (one) => (one ? say(keyOf(one), { amount: shownSum(one), name: one.name }) : say("transfer.title"));

const Transfer = ({ transfer, cancel }) => html`
  <${Shown} of=${transfer}>
    ${(one) => html`
      <div class=${`result ${MARKS[one.status][0]}`} role="status">
        <p class="mark" aria-hidden="true"><${Icon} name=${MARKS[one.status][1]} /></p>
        <${Heading}>${titleOf(one)}<//>
      </div>
      <p>${say(detailOf(one))}</p>
      ${one.status === "scheduled" && html`<${Waits} one=${one} cancel=${cancel} />`}
      <${Facts} of=${facts(one)} />
      <p><a class=${one.status === "scheduled" ? "button secondary" : "button main"} href="#/">${say("result.home")}</a></p>
      <div class="files"><button type="button" class="secondary" onClick=${() => print()}>${say("statement.print")}</button></div>
    `}
  <//>
`;

function detailOf(one) {
  if (one.status === "scheduled") return one.invitation ? "transfer.scheduled.invitation" : "transfer.scheduled.detail";
  return one.return_reason ? `transfer.returned.${one.return_reason}` : `${keyOf(one)}.detail`;
}

/** How long still, why, and the way back. */
const Waits = ({ one, cancel }) => html`
  <aside class="note" aria-label=${say("send.pause")}>
    <p><strong>${left(one)}</strong></p>
    ${one.reason && html`<p>${say(`transfers.reason.${one.reason}`)}</p>`}
  </aside>
  <p><button type="button" class="danger wide" onClick=${() => cancel.ask(one)}>${say("transfer.cancel")}</button></p>
  <${Sure} of=${cancel} title=${say("transfer.cancel.sure", { amount: shownSum(one), name: one.name })} go=${say("transfer.cancel.go")}>${say("transfer.cancel.means")}<//>
`;

const facts = (one) => [
  [say(one.direction === "in" ? "transfer.from" : "checkout.to"), one.name],
  [say("fact.amount"), shownSum(one)],
  [say("send.note"), one.note],
  [say("fact.fee"), one.direction === "out" && say("fact.fee.none")],
  [say("fact.when"), html`<${When} at=${one.created_at} />`],
  [say("transfer.arrives"), one.completes_at && html`<${When} at=${one.completes_at} />`],
  [say(one.status === "completed" ? "transfer.arrived" : "transfer.ended"), one.ended_at && html`<${When} at=${one.ended_at} />`],
  [say("fact.number"), html`<small>${one.id}</small>`],
];
