/** How each processor does in these minutes, and whether its breaker passes it over; looked at again by itself. */
import { Moment, State, what } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownNumber } from "/shared/language.js";
import { Heading, Shown } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 10_000;
const look = () => see("/v1/processors/health");

export function open() {
  const health = look();
  return { title: () => say("console.processors"), view: () => html`<${Processors} health=${health} />`, close: watch(look, EVERY_MS) };
}

const Processors = ({ health }) => html`
  <${Heading}>${say("console.processors")}<//>
  <${Shown} of=${health}>
    ${({ data, window_minutes: minutes }) => html`
      <p>${say("console.processors-what", { minutes })}</p>
      <p><a class="button secondary" href="#/merchants">${say("console.processors-payouts")}</a></p>
      <${Table} name="processors" title=${say("console.processors-between", { minutes })} rows=${rowsOf(data)} id=${(row) => row.processor + row.direction + row.method} columns=${COLUMNS} empty=${say("console.nothing-yet")} />`}
  <//>
`;

const rowsOf = (data) => data.flatMap(({ methods, ...one }) => methods.map((method) => ({ ...one, ...method })));

/** Where nobody has set it up, no breaker matters. */
const standing = ({ set_up, breaker }) => (set_up ? `breaker-${breaker}` : "not-set-up");

const number = (key) => ({ key, number: true, cell: (row) => (row[key] === null ? "–" : shownNumber(row[key])), text: (row) => row[key] ?? "" });
const COLUMNS = [
  { key: "name-column", cell: (row) => row.processor, text: (row) => row.processor },
  { key: "way", cell: (row) => say(`console.way-${row.direction}`), text: (row) => row.direction },
  { key: "method", cell: (row) => what(row.method), text: (row) => row.method },
  { key: "breaker", cell: (row) => html`<${State} of=${standing(row)} />`, text: standing },
  { key: "reopens_at", cell: (row) => html`<${Moment} at=${row.reopens_at} />`, text: (row) => row.reopens_at ?? "" },
  number("asked"),
  number("failed"),
  number("mean_milliseconds"),
  number("usual_seconds"),
];
