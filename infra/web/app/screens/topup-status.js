/** How a top-up stands, until the bank has said the last word. */
import { follow, Mark, UNFINISHED } from "/app/following.js";
import { hostOf, shownSum, way } from "/app/money.js";
import { usually } from "/app/processors.js";
import { money, say, sayOr, shownMoney } from "/shared/language.js";
import { Facts, Shown, When } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { html, signal } from "/shared/ui.js";

export function open({ params, query }) {
  const { movement, stop } = follow(`/v1/topups/${encodeURIComponent(params.id)}`, 2000);
  const view = () => html`<${Status} topup=${movement} then=${query.then} />`;
  return { title: () => titleOf(movement.value.data), view, close: stop };
}

const titleOf = (topup) => (topup ? say(`topup.${topup.status}`, { amount: shownSum(topup) }) : say("kind.top-up"));

const Status = ({ topup, then }) => html`
  <${Shown} of=${topup}>
    ${(one) => html`
      <${Mark} status=${one.status}>${titleOf(one)}<//>
      <p>${detailOf(one)}</p>
      ${one.tried && html`<p class="note">${say("topup.tried", { before: one.tried.map((processor) => way({ processor })).join(say("topup.tried.and")), now: way(one) })}</p>`}
      ${one.usual_seconds && html`<p>${usually(one.usual_seconds)}</p>`}
      <${NextAction} of=${one.next_action} />
      <${Facts} of=${facts(one)} />
      ${one.bonus > 0 && one.status === "succeeded" && !one.reversed && html`<p class="good" role="status">${say("topup.bonus", { amount: money(one.bonus, one.currency) })} <a href="#/bonuses">${say("topup.bonus.see")}</a></p>`}
      <${Onwards} topup=${one} then=${then} />
    `}
  <//>
`;

function detailOf({ status, reason, amount, reversed, currency }) {
  if (reversed > 0) return say(reversed < amount ? "topup.reversed" : "topup.reversed.all", { amount: money(reversed, currency) });
  if (status === "failed") return sayOr(`topup.reason.${reason}`, say("topup.failed.detail"));
  return say(`topup.${status}.detail`);
}

const facts = (topup) => [
  [say("fact.amount"), shownSum(topup)],
  [say("help.bonus"), topup.bonus > 0 && shownMoney(topup.bonus, topup.currency)],
  [say("fact.way"), way(topup)],
  [say("fact.when"), html`<${When} at=${topup.created_at} />`],
  [say("fact.number"), html`<small>${topup.id}</small>`],
];

/** What the bank still wants of the person: a page of its own, or a code that its app scans. */
function NextAction({ of: action }) {
  const address = action?.url ?? action?.h5_url;
  const host = hostOf(address);
  if (host) return html`<p><a class="button main" rel="noreferrer" href=${address}>${say("topup.bank", { host })}</a></p>`;
  return action?.code_url ? html`<${Code} of=${action} />` : null;
}

const codes = signal({});

/** Drawn once, and then shown whenever the answer comes again. */
function Code({ of: { type, code_url } }) {
  const code = codes.value[code_url];
  if (!code) drawn(code_url).then((made) => (codes.value = { [code_url]: made }));
  return html`<p>${say(`topup.${type}`)}</p>${code && html`<${Qr} of=${code} label=${say(`topup.${type}`)} />`}`;
}

function Onwards({ topup, then }) {
  const goOn = topup.status === "succeeded" && then;
  return html`
    ${goOn && html`<p><a class="button main" href=${`#${then}`}>${say("topup.go-on")}</a></p>`}
    ${topup.status === "failed" && html`<p><a class="button main" href=${`#/topup?amount=${topup.amount}&currency=${topup.currency}${then ? `&then=${encodeURIComponent(then)}` : ""}`}>${say("result.again")}</a></p>`}
    <p><a class=${goOn || topup.status === "failed" ? "button secondary" : "button"} href="#/">${say(UNFINISHED.includes(topup.status) ? "result.later" : "result.home")}</a></p>
  `;
}
