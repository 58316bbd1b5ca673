/** What was settled, batch by batch. */
import { Currencies, inCurrency } from "/till/office.js";
import { Table } from "/till/table.js";
import { say, shownMoment, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, Pages, Up, Waiting } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const { list, close } = inCurrency("/settlements");
  const view = () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.settlements")}<//>
    <p>${say("office.settlements-lead")}</p>
    <${Currencies} />
    ${list.value ? html`<${Pages} of=${list.value} empty="">${(rows) => html`<${Table} title=${say("office.settlements")} columns=${columns()} rows=${rows} empty=${say("office.nothing")} />`}<//>` : html`<${Waiting} />`}
  `;
  return { title: () => say("office.settlements"), view, close };
}

const sum = (name, key) => ({ name: say(name), number: true, cell: (row) => shownMoney(row[key], row.currency) });
const columns = () => [
  { name: say("office.at"), cell: (row) => html`<a href=${`#/office/settlements/${row.id}`}>${shownMoment(row.at)}</a>` },
  { name: say("office.lines"), number: true, cell: (row) => shownNumber(row.lines) },
  sum("office.gross", "gross"),
  sum("office.fees", "fees"),
  sum("office.net", "net"),
];
