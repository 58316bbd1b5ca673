/** What a row of a report counts: each event, and the movement and the account whose journal holds it. */
import { dimensionOf, figureOf, learnMerchants, measureOf, sentenceOf, Word, wordOf } from "/console/report-words.js";
import { called, currencyOf, read, ROWS_AT_ONCE, tableOf } from "/console/reports.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { CURRENCIES, say, shownMoney } from "/shared/language.js";
import { Heading, pages, Up } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params: { id, place }, query }) {
  const answer = `/v1/reports/answers/${id}`;
  const list = pages((cursor) => get(`${answer}/rows/${place}/entries?${new URLSearchParams({ limit: ROWS_AT_ONCE, ...(cursor ? { cursor } : {}) })}`));
  const known = Number(place) < ROWS_AT_ONCE ? see(`${answer}?limit=${ROWS_AT_ONCE}`) : null;
  const from = query.of?.startsWith("/reports") ? query.of : "/reports";
  const question = query.q ? read(query) : null;
  const wish = question && tableOf({ columns: [] }, question.wish, true);
  learnMerchants();
  const view = () => html`
    <${Up} path=${from}>${say(from === "/reports" ? "console.reports.reports" : "console.reports.report")}<//>
    <${Heading}>${say("console.reports.entries")}<//>
    ${question && html`<p>${sentenceOf(question)}</p>`}
    ${question && html`<${Counted} cells=${known?.value.data?.data[Number(place)]?.cells} wish=${wish} />`}
    <${PagedTable} of=${list} name="entries" title=${say("console.reports.entries-newest")} columns=${COLUMNS} empty=${say("console.reports.no-entries")} />`;
  return { title: () => say("console.reports.entries"), view };
}

/** The row itself. */
const Counted = ({ cells, wish }) =>
  cells && html`
    <dl class="facts">
      ${wish.dimensions.map((one) => html`<div key=${one}><dt>${dimensionOf(one)}</dt><dd><${Word} dimension=${one} word=${cells[one]} wish=${wish} /></dd></div>`)}
      ${wish.measures.map((one) => html`<div key=${called(one)}><dt>${measureOf(one)}</dt><dd>${figureOf(one, cells[called(one)], currencyOf(wish, cells))}</dd></div>`)}
    </dl>
  `;

const money = (key) => ({
  key, title: () => say(`console.reports.figure.${key}`), number: true,
  cell: (row) => (row[key] === null || !(row.currency in CURRENCIES) ? "–" : shownMoney(row[key], row.currency)),
  text: (row) => (row[key] === null || !(row.currency in CURRENCIES) ? "" : major(row[key], row.currency)),
});
const word = (key) => ({ key, title: () => dimensionOf(key), cell: (row) => (row[key] ? wordOf(key, row[key]) : "–"), text: (row) => row[key] ?? "" });
const COLUMNS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.happened_at} />`, text: (row) => row.happened_at },
  word("kind"),
  money("amount"),
  money("fee"),
  CURRENCY,
  word("outcome"),
  word("reason"),
  { key: "movement", cell: (row) => html`<${Id} of=${row.movement} short data-stop />`, text: (row) => row.movement ?? "" },
  { key: "account", cell: (row) => html`<${Id} of=${row.account} short />`, text: (row) => row.account ?? "" },
  { key: "id", cell: (row) => html`<${Id} of=${row.id} short />`, text: (row) => row.id },
];
