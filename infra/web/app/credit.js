/** Credit: the line, plans, and what is meant with them, as intents; how rates, days and plans are written. */
import { intend } from "/shared/intents.js";
import { language, say, shownDate, shownMoney, shownNumber } from "/shared/language.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export const LINE = "/v1/credit-line";
const PLANS = "/v1/instalment-plans";
export const line = () => see(LINE);
export const plans = () => see(`${PLANS}?limit=100`);
export const planPath = (id) => `${PLANS}/${encodeURIComponent(id)}`;

/** What can be begun with an open line in a currency; 0 where nothing can. */
export const leftOf = ({ value: { data } }, currency) => (data?.status === "open" && !data.reason && data.currency === currency ? data.available : 0);

/** `12.68%` of 1268. */
export const shownRate = (basis_points) => shownNumber(basis_points / 10_000, { style: "percent", maximumFractionDigits: 2 });
/** Of a day, which is the same everywhere. */
export const shownDay = (day) => shownDate(`${day}T00:00:00Z`, { dateStyle: "medium", timeZone: "UTC" });
/** The same where there is little room. */
export const shownDayBriefly = (day) => (language.value === "zh" ? shownDate(`${day}T00:00:00Z`, { dateStyle: "short", timeZone: "UTC" }) : shownDay(day));
/** What a plan is: `Loan, 6 months`. */
export const nameOfPlan = ({ kind, plan }) => say("line.plan.name", { what: say(`line.what.${kind}`), length: say(`line.length.${plan}`) });

/** {amount, missing: not paid of it, state: paid, missing, next, ahead or over} of each instalment, in order. */
export function timeline({ instalments, due, status }) {
  let [left, next] = [status === "overdue" ? due : 0, false];
  return instalments.map((one) => {
    const missing = one.amount + one.late_fee - one.paid - one.late_fee_paid;
    return { ...one, missing, state: stateOf(missing) };
  });
  function stateOf(missing) {
    if (missing <= 0) return "paid";
    if (!["active", "overdue"].includes(status)) return "over";
    if (left > 0) return (left -= missing), "missing";
    return next ? "ahead" : ((next = true), "next");
  }
}

/** Withdrawing is of use: there is still time, and something is owed or comes back. */
export const leavable = (plan) =>
  !plan.withdrawn && Date.now() < Date.parse(plan.withdrawal_until) && (["active", "overdue"].includes(plan.status) || (plan.status === "repaid" && toGiveBack(plan) < 0));

/** What goes back to whoever lent it, of a plan that is withdrawn from; below zero: what comes back from them. */
export const toGiveBack = ({ instalments }) => instalments.reduce((sum, one) => sum + one.principal - one.paid - one.late_fee_paid, 0);

/** → the intent's id: a loan by a quote that was agreed to. */
export const borrow = ({ quote: { id, amount, currency }, hash }, wallet_id) =>
  intend({ path: PLANS, body: { wallet_id, quote_id: id, quote_hash: hash }, about: { what: "loan", amount, currency, back: "/credit/loan" }, once: `loan ${id}` });

/** → the intent's id; without `amount` all of it. `form`: of one opened form, which is sent once. */
export const repay = ({ id, payoff, currency }, amount, form) =>
  intend({ path: `${planPath(id)}/repayments`, body: amount ? { amount } : {}, about: { what: "repayment", amount: amount || payoff, currency, back: `/credit/plans/${id}` }, once: `repayment ${form}` });

/** → the intent's id. */
export const withdrawFrom = (plan, form) =>
  intend({ path: `${planPath(plan.id)}/withdrawal`, body: {}, about: { what: "plan-withdrawal", amount: Math.abs(toGiveBack(plan)), currency: plan.currency, back: `/credit/plans/${plan.id}` }, once: `plan-withdrawal ${form}` });

/** A part of a whole, as a bar; the words beside it say it. */
export const Bar = ({ part, whole, kind = "" }) => html`
  <svg class=${`share ${kind}`} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
    <rect class="all" width="100" height="6" /><rect class="part" width=${whole > 0 ? Math.min(100, (100 * part) / whole) : 0} height="6" />
  </svg>`;

export const shownSigned = (points) => (points < 0 ? `−${shownNumber(-points)}` : shownNumber(points));
export const sum = (amount, currency) => shownMoney(amount, currency);
