/** A day's report: what matched and what did not, clearing to the cent, whether the banks cover what is owed. */
import { outcome, state } from "/console/screens/reconciliations.js";
import { CURRENCY, Id, major, Moment, State, what } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { say, shownMoney } from "/shared/language.js";
import { Heading, pages, Shown, Up } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params: { day } }) {
  const found = see(`/v1/reconciliations/${day}`);
  const list = pages((cursor) => get(`/v1/reconciliations/${day}/differences?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const kept = pages((cursor) => get(`/v1/reconciliations/statements?day=${day}&limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const title = () => say("console.reconciliation-of", { day });
  return { title, view: () => html`
    <${Up} path="/reconciliations">${say("console.reconciliations")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${found}>${(report) => html`<${Report} of=${report} list=${list} />`}<//>
    <${PagedTable} of=${kept} name=${`statements-${day}`} title=${say("console.statements")} empty=${say("console.no-statements")} columns=${STATEMENTS} />` };
}

const Report = ({ of: report, list }) => html`
  <p class="summary"><${State} of=${state(report)} /> ${report.ran_at && html`<${Moment} at=${report.ran_at} />`}</p>
  ${report.missing.length > 0 && html`<p class="note">${say("console.statement-missing", { names: report.missing.join(", ") })}</p>`}
  <${Table} name=${`safeguarding-${report.day}`} title=${say("console.safeguarding")} rows=${report.safeguarding} id=${(row) => row.currency} empty=${say("console.nothing-yet")} columns=${SAFEGUARDING} />
  <${Table} name=${`books-${report.day}`} title=${say("console.books")} rows=${report.books} id=${(row) => row.name + row.currency} empty=${say("console.nothing-yet")} columns=${BOOKS} />
  <${Table} name=${`clearing-${report.day}`} title=${say("console.clearing")} rows=${report.clearing} id=${(row) => row.name + row.currency} empty=${say("console.nothing-yet")} columns=${CLEARING} />
  <${PagedTable} of=${list} name=${`differences-${report.day}`} title=${say("console.differences")} empty=${say(`console.no-differences.${outcome(report)}`)} columns=${DIFFERENCES} />
  ${report.unreadable.length > 0 && html`<${Table} name=${`unreadable-${report.day}`} title=${say("console.unreadable")} rows=${report.unreadable} id=${(row) => `${row.sha256} ${row.line} ${row.reason}`} empty="" columns=${UNREADABLE} />`}
  ${report.retold.length > 0 && html`<${Table} name=${`retold-${report.day}`} title=${say("console.retold")} rows=${report.retold} id=${(row) => `${row.name} ${row.sha256}`} empty="" columns=${RETOLD} />`}
`;

const money = (key, of = (row) => row[key]) => ({
  key,
  number: true,
  cell: (row) => (of(row) === null ? "–" : shownMoney(of(row), row.currency)),
  text: (row) => (of(row) === null ? "" : major(of(row), row.currency)),
});
const plain = (key, cell = (row) => row[key]) => ({ key, cell, text: (row) => row[key] });
const BOOK = { key: "book", cell: (row) => row.name, text: (row) => row.name };
const number = (key, of) => ({ key, number: true, cell: of, text: of });

const SAFEGUARDING = [
  plain("currency"),
  money("owed"),
  money("at_banks"),
  money("in_transit"),
  money("shortfall", (row) => (row.covered === null ? null : row.shortfall)),
  { key: "status", cell: (row) => html`<${State} of=${covered(row)} />`, text: (row) => covered(row) },
];
const covered = (row) => (row.covered === null ? "unknown" : row.covered ? "covered" : "short");

const BOOKS = [
  BOOK,
  plain("currency"),
  number("lines-expected", (row) => row.expected.count),
  money("expected", (row) => row.expected.amount),
  number("lines-stated", (row) => row.statement.count),
  money("stated", (row) => row.statement.amount),
  { key: "outcomes", cell: (row) => outcomes(row).join(", "), text: (row) => outcomes(row).join(" ") },
  money("fees"),
  money("unexplained"),
];
const outcomes = (row) => Object.entries(row.outcomes).map(([name, tally]) => `${what(name)} ${tally.count}`);

const CLEARING = [BOOK, plain("currency"), money("by-total", (row) => row.ledger), money("by-lines", (row) => row.lines), money("difference")];

const DIFFERENCES = [
  plain("outcome", (row) => what(row.outcome)),
  BOOK,
  { key: "movement", cell: (row) => html`<${Id} of=${row.our_id} />`, text: (row) => row.our_id },
  plain("reference", (row) => html`<span class="id">${row.reference}</span>`),
  money("expected"),
  money("stated"),
  money("difference"),
  CURRENCY,
  { key: "booked_at", cell: (row) => html`<${Moment} at=${row.booked_at} />`, text: (row) => row.booked_at },
  { key: "case", cell: (row) => html`<${Id} of=${row.case_id} data-stop />`, text: (row) => row.case_id },
  plain("closed_as", (row) => (row.closed_as ? what(row.closed_as) : "")),
];

const STATEMENTS = [
  BOOK,
  plain("form", (row) => say(`console.form.${row.form}`)),
  number("bytes", (row) => row.bytes),
  plain("sha256", (row) => html`<span class="id">${row.sha256.slice(0, 12)}</span>`),
  { key: "imported_at", cell: (row) => html`<${Moment} at=${row.imported_at} />`, text: (row) => row.imported_at },
  { key: "imported_by", cell: (row) => (row.imported_by ? html`<${Id} of=${row.imported_by} />` : say("console.fetched")), text: (row) => row.imported_by },
];

const UNREADABLE = [
  plain("sha256", (row) => html`<span class="id">${row.sha256.slice(0, 12)}</span>`),
  number("line", (row) => row.line),
  plain("reason", (row) => html`<code>${row.reason}</code>`),
];

const RETOLD = [
  BOOK,
  plain("sha256", (row) => html`<span class="id">${row.sha256.slice(0, 12)}</span>`),
  ...["lines", "repeated", "added", "lacking", "otherwise"].map((key) => number(key, (row) => row[key])),
];
