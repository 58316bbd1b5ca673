/** An answer: as a picture, as a table whose every figure leads to what it counts, and as files. */
import { save } from "/console/csv.js";
import { Plot } from "/console/report-plot.js";
import { changeOf, dimensionOf, figureOf, measureOf, Word } from "/console/report-words.js";
import { addressOf, before, called, chartOf, currencyOf, isMoney, ROWS_AT_ONCE, tableOf } from "/console/reports.js";
import { major, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { CURRENCIES, say } from "/shared/language.js";
import { Button, job, pages, Problem } from "/shared/parts.js";
import { pathOf } from "/shared/router.js";
import { file, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const ANSWERS = "/v1/reports/answers";
const MOST_DRAWN = 1_000;
const FORMATS = { csv: "text/csv;charset=utf-8", parquet: "application/vnd.apache.parquet" };
const taking = job(async (id, format) => save(`report.${format}`, new Uint8Array(await file(`${ANSWERS}/${id}/file?format=${format}`)), FORMATS[format]));

/** {report, question, table (its columns), list, from (the address it is on)} of what the API answered; `list`: its rows, page by page. */
export function answered(report, question) {
  const rows = report.rows.map((cells, place) => ({ place, cells }));
  const page = (cursor) => get(`${ANSWERS}/${report.id}?${new URLSearchParams({ limit: ROWS_AT_ONCE, ...(cursor ? { cursor } : {}) })}`);
  const list = pages(async (cursor) => (report.total > rows.length ? page(cursor) : { data: rows, has_more: false, next_cursor: null }));
  const table = tableOf(report, question.wish, report.drills ?? true);
  if (chartOf(question.chart, table) === "lines") void filled(list);
  return { report, question, table, list, from: pathOf() };
}

/** A line needs all of its points. */
async function filled(list) {
  await new Promise((done) => setTimeout(done));
  while (list.next.busy.peek()) await new Promise((done) => setTimeout(done, 50));
  while (list.left.peek() && !list.next.problem.peek() && list.rows.peek().length < MOST_DRAWN) await list.next.run();
}

export function Answer({ of: answer, title }) {
  const { report, question, table, list } = answer;
  const [kind, rows] = [chartOf(question.chart, table), list.rows.value ?? []];
  return html`
    <section class="answer" aria-live="polite">
      <p class="asof">${report.through_at ? html`${say("console.reports.through")} <${Moment} at=${report.through_at} />` : say("console.reports.through-never")} · ${say("console.reports.zone")}${report.cached && html` · ${say("console.reports.cached")}`}</p>
      ${kind !== "none" && html`<${Plot} kind=${kind} wish=${table} rows=${rows} total=${report.total} />`}
      ${!report.complete && html`<p class="note">${say("console.reports.incomplete", { total: report.total })}</p>`}
      <${Problem} of=${taking.problem.value} />
      <${PagedTable} of=${list} name="report" title=${title ?? say("console.reports.rows", { total: report.total })} id=${(row) => row.place} columns=${columnsOf(answer)} empty=${say("console.reports.no-rows")}
        tools=${Object.keys(FORMATS).map((format) => html`<${Button} key=${format} kind="plain" job=${taking} data-file=${format} onClick=${() => taking.run(report.id, format)}>${say(`console.reports.file.${format}`)}<//>`)} />
    </section>
  `;
}

function columnsOf(answer) {
  const wish = answer.table;
  const dimensions = wish.dimensions.map((name) => ({
    key: name, title: dimensionOf(name), wide: true,
    cell: ({ cells }) => html`<${Word} dimension=${name} word=${cells[name]} wish=${wish} />`,
    text: ({ cells }) => cells[name] ?? "",
  }));
  return [...dimensions, ...wish.measures.flatMap((measure, at) => measureColumns(answer, measure, at === 0))];
}

/** What it is, which leads to what it counts; what it was, which leads to the question of then; and the difference. */
function measureColumns({ report: { id, drills = true }, question, table: wish, from }, measure, first) {
  const [name, title] = [called(measure), measureOf(measure)];
  const column = (key, heading, value, cell) => ({
    key, title: heading, number: true, cell,
    text: ({ cells }) => inFile(measure, value(cells), currencyOf(wish, cells)),
  });
  const shown = (cells, key) => figureOf(measure, cells[key], currencyOf(wish, cells));
  const behind = (place) => `#/reports/answers/${id}/${place}?${addressOf(question).split("?")[1]}&${new URLSearchParams({ of: from })}`;
  const stop = first ? { "data-stop": true } : {};
  const now = column(name, title, (cells) => cells[name], ({ place, cells }) => (cells[name] === null || !drills ? shown(cells, name) : html`<a href=${behind(place)} aria-label=${say("console.reports.behind", { figure: shown(cells, name) })} ...${stop}>${shown(cells, name)}</a>`));
  if (!wish.compare) return [now];
  const past = `${name}_before`;
  const was = column(past, say("console.reports.before", { name: title }), (cells) => cells[past], ({ cells }) => (cells[past] === null ? "–" : html`<a href=${`#${addressOf(before(question))}`}>${shown(cells, past)}</a>`));
  const difference = (cells) => (cells[name] === null || cells[past] === null ? null : cells[name] - cells[past]);
  const change = column(`${name}_change`, say("console.reports.difference"), difference, ({ cells }) => changeOf(measure, cells[name], cells[past], currencyOf(wish, cells)));
  return [now, was, change];
}

function inFile(measure, value, currency) {
  if (value === null || value === undefined) return "";
  return isMoney(measure) && currency in CURRENCIES ? major(value, currency) : value;
}
