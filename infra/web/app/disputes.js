/** Disputes of payments: what may be wrong, and where one stands, with the clock that runs. */
import { money, say, sayOr } from "/shared/language.js";
import { Icon, Money } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const PATH = "/v1/disputes";
export const REASONS = ["not_received", "not_me", "wrong_amount", "charged_twice"];

/** Whether it can be disputed: taken, something is left of it, and it never was. */
export const isOpenTo = ({ status, captured, refunded, dispute_id }) => !dispute_id && ["captured", "partially_refunded"].includes(status) && captured > refunded;

export const isUndecided = ({ status }) => status === "open" || status === "answered";

/** Where it stands, in a sentence; who decided it tells more of its end. */
export function standing(one) {
  const end = one.status === "refunded" ? `refunded.${one.decided_by}` : one.status;
  return say(`dispute.is.${end}`, { name: one.merchant_name });
}

/** What happened and what comes: [{key, at, coming}], in order. */
export function steps(one) {
  const done = [{ key: "begun", at: one.created_at }];
  if (one.answered_at) done.push({ key: "answered", at: one.answered_at });
  if (one.ended_at) return [...done, { key: one.status, at: one.ended_at }];
  return [...done, one.status === "open" ? { key: "answer-by", at: one.answer_by, coming: true } : { key: "decide-by", at: one.decide_by, coming: true }];
}

export const DisputeRow = ({ dispute: one }) => html`
  <li><a href=${`#/disputes/${one.id}`}>
    <${Icon} name="shield" />
    <span class="row-words"><strong>${one.merchant_name}</strong><small>${sayOr(`dispute.reason.${one.reason}`, one.reason)} · ${say(`dispute.state.${one.status}`)}</small></span>
    <${Money} amount=${one.amount} currency=${one.currency} />
  </a></li>
`;

export const sumOf = (one) => money(one.amount, one.currency);
