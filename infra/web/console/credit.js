/** Somebody's credit: the line, the plans, and giving up one that is overdue, for whoever may. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Id, major, Moment, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { money, say, shownMoney } from "/shared/language.js";
import { Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const pathOf = (person) => `/v1/people/${person}/credit`;
export const creditOf = (person) => see(pathOf(person));

/** Nothing of whoever has no line and no plan. */
export const Credit = ({ of: resource }) => html`
  <${Shown} of=${resource} lines=${2}>${({ person_id, limit, owed, plans }) => {
    const currency = plans[0]?.currency;
    if (!limit && !plans.length) return html`<p>${say("lending.none")}</p>`;
    return html`
      ${plans.length > 0 && html`<${Facts} of=${[["credit-limit", shownMoney(limit, currency)], ["credit-owed", shownMoney(owed, currency)]]} />`}
      <${Table} name="plans" title=${say("lending.plans")} rows=${plans} columns=${columnsFor(person_id)} empty=${say("lending.no-plans")} />`;
  }}<//>
`;

const sum = (key) => ({ key: `credit-${key}`, number: true, cell: (row) => shownMoney(row[key], row.currency), text: (row) => major(row[key], row.currency) });

const columnsFor = (person) => [
  { key: "id", cell: (row) => html`<${Id} of=${row.id} />`, text: (row) => row.id },
  { key: "kind", cell: (row) => say(`lending.kind.${row.kind}`), text: (row) => row.kind },
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  sum("amount"),
  sum("owed"),
  sum("due"),
  { key: "credit-next", cell: (row) => row.next_due_on ?? "–", text: (row) => row.next_due_on ?? "" },
  { key: "payment", cell: (row) => html`<${Id} of=${row.payment_id} />`, text: (row) => row.payment_id ?? "" },
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "currency", text: (row) => row.currency },
  ...(may("lending.write-off") ? [{ key: "credit-deed", cell: (row) => row.status === "overdue" && html`<button type="button" class="danger" data-stop onClick=${() => giveUp(person, row)}>${say("lending.write-off")}</button>`, text: () => "" }] : []),
];

const giveUp = (person, { id, owed, currency }) =>
  ask({
    title: say("lending.write-off"),
    what: say("lending.write-off.what", { owed: money(owed, currency) }),
    word: say("lending.write-off.word"),
    go: say("lending.write-off"),
    done: say("lending.write-off.done"),
    act: async ({ reason }) => {
      await call("POST", `/v1/people/${person}/instalment-plans/${id}/write-off`, { body: { reason } });
      await lookAgain(pathOf(person));
    },
  });
