/** My plans: those that run, each with what is due next; and those that are over. */
import { nameOfPlan, plans, shownDay, sum } from "/app/credit.js";
import { money, say } from "/shared/language.js";
import { Empty, Heading, Shown, Up } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const mine = plans();
  return { title: () => say("line.plans"), view: () => html`<${Plans} mine=${mine} />`, close: watch(plans, EVERY_MS) };
}

const runs = ({ status }) => ["active", "overdue"].includes(status);

const Plans = ({ mine }) => html`
  <${Up} path="/credit">${say("line.title")}<//>
  <${Heading}>${say("line.plans")}<//>
  <${Shown} of=${mine} lines=${4}>${({ data }) => {
    const over = data.filter((one) => !runs(one));
    return html`
      ${data.some(runs) ? html`<ul class="rows card">${data.filter(runs).map((one) => html`<${Row} key=${one.id} of=${one} />`)}</ul>` : html`<${Empty}>${say("line.plans.none")}<//>`}
      ${over.length > 0 && html`<h2>${say("line.plans.over")}</h2><ul class="rows card">${over.map((one) => html`<${Row} key=${one.id} of=${one} />`)}</ul>`}
    `;
  }}<//>
`;

const Row = ({ of: one }) => html`
  <li><a href=${`#/credit/plans/${one.id}`}>
    <span class="row-words"><strong>${nameOfPlan(one)}</strong><small>${aboutOf(one)}</small></span>
    <span class="row-end">${sum(runs(one) ? one.owed : one.amount, one.currency)}<small>${say(runs(one) ? "plan.owed" : "plan.of")}</small></span>
  </a></li>
`;

function aboutOf({ status, due, next_amount, next_due_on, currency }) {
  if (status === "overdue") return say("plan.is.overdue.sum", { due: money(due, currency) });
  return next_due_on ? say("plan.next", { amount: money(next_amount, currency), day: shownDay(next_due_on) }) : say(`plan.is.${status}`);
}
