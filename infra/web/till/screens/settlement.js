/** A settlement line by line, each with its fee. */
import { mine } from "/till/staff.js";
import { Table } from "/till/table.js";
import { say, sayOr, shownMoment, shownMoney } from "/shared/language.js";
import { Facts, Heading, Shown, Up } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const found = see(mine(`/settlements/${id}`));
  const view = () => html`
    <${Up} path="/office/settlements">${say("office.settlements")}<//>
    <${Heading}>${say("office.settlement")}<//>
    <${Shown} of=${found} lines=${5}>${(data) => html`<${Settlement} ...${data} />`}<//>
  `;
  return { title: () => say("office.settlement"), view };
}

const Settlement = ({ settlement: { at, gross, fees, net, currency, id }, lines }) => html`
  <section class="card"><${Facts} of=${[
    [say("office.at"), shownMoment(at)],
    [say("office.gross"), shownMoney(gross, currency)],
    [say("office.fees"), shownMoney(fees, currency)],
    [say("office.net"), shownMoney(net, currency)],
    [say("office.number"), id],
  ]} /></section>
  <h2>${say("office.line-by-line")}</h2>
  <${Table} title=${say("office.line-by-line")} columns=${columns()} rows=${lines} empty="" />
`;

const columns = () => [
  { name: say("till.fact.reference"), cell: (row) => row.order_reference && html`<a href=${`#/payments/${row.payment_id}`}>${row.order_reference}</a>` },
  { name: say("office.kind"), cell: (row) => sayOr(`sale.${row.kind}`, row.kind) },
  { name: say("office.at"), cell: (row) => shownMoment(row.created_at) },
  { name: say("office.store"), cell: (row) => row.store_name },
  { name: say("office.member"), cell: (row) => row.staff_name },
  { name: say("till.fact.amount"), number: true, cell: (row) => shownMoney(row.amount, row.currency) },
  { name: say("office.fee"), number: true, cell: (row) => shownMoney(row.fee, row.currency) },
  { name: say("office.net"), number: true, cell: (row) => shownMoney(row.amount - row.fee, row.currency) },
];
