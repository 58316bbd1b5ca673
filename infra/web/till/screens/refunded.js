/** What became of a refund: given back, refused and why, or not known yet. */
import { whose } from "/till/rows.js";
import { shownSum } from "/till/sales.js";
import { Refused } from "/shared/door.js";
import { carry, finished, intent, intents, isAnothers, isShut, seen } from "/shared/intents.js";
import { say } from "/shared/language.js";
import { Facts, Heading, Icon, Problem } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const MARKS = { good: "check", bad: "cross", open: "clock" };

export function open({ params: { id } }) {
  const about = (intent(id) ?? finished(id))?.about;
  void carry(id).then(() => (seen(id), lookAgain("/v1/payments", "/v1/merchants"))).catch((problem) => console.error(problem));
  const view = () => html`<${Refunded} id=${id} about=${about} kind=${kindOf(id)} />`;
  return { title: () => titleOf(id, about), view };
}

/** Reads signals, so that whoever asks is told again. */
function kindOf(id) {
  const open = intents.value.find((one) => one.id === id);
  if (open && isShut(open)) return "shut";
  if (open && isAnothers(open)) return "anothers";
  if (open) return open.last === undefined ? "sending" : "unknown";
  const outcome = finished(id)?.outcome;
  return outcome ? (outcome.status < 400 ? "good" : "bad") : "forgotten";
}
const NOT_KNOWN = ["shut", "anothers"];
const titleOf = (id, about) => say(`refunded.${NOT_KNOWN.includes(kindOf(id)) ? "unknown" : kindOf(id)}`, { amount: about ? shownSum(about) : "" });

const Refunded = ({ id, about, kind }) => html`
  <div class=${`result ${MARKS[kind] ? kind : "open"}`} role="status">
    <p class="mark" aria-hidden="true"><${Icon} name=${MARKS[kind] ?? "clock"} /></p>
    <${Heading}>${titleOf(id, about)}<//>
  </div>
  ${kind === "bad" ? html`<${Problem} of=${new Refused({ ...finished(id).outcome, text: "" })} />` : html`<p>${say(`refunded.${kind}-detail`)}</p>`}
  ${about && html`<${Facts} of=${[[say("till.fact.amount"), shownSum(about)], [say("till.fact.reference"), about.reference], [say("refund.reason"), about.reason], [say("till.fact.by"), NOT_KNOWN.includes(kind) && whose(about)]]} />`}
  ${about && html`<p><a class="button secondary wide" href=${`#/payments/${about.payment}`}>${say("refunded.payment")}</a></p>`}
  <p><a class="button main" href="#/">${say("till.next")}</a></p>
`;
