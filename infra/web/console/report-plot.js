/** A report drawn: bars of its rows, or lines over its times. The words are in the table beneath, so these are a picture. */
import { figureOf, measureOf, wordOf } from "/console/report-words.js";
import { called, currencyOf } from "/console/reports.js";
import { say } from "/shared/language.js";
import { html } from "/shared/ui.js";

const MOST_BARS = 20;
const MOST_LINES = 4;
const COLOURS = ["accent", "warn", "bad", "soft"];
const [WIDE, HIGH] = [100, 40];

/** `rows`: [{place, cells}] as far as they are here; `total`: of the answer. By the first measure. */
export function Plot({ kind, wish, rows, total }) {
  const times = wish.dimensions.includes("time");
  const drawn = kind === "lines" && times ? linesOf(wish, rows) : barsOf(wish, rows);
  if (!drawn.count) return null;
  const measure = measureOf(wish.measures[0]);
  return html`
    <figure class="chart card report-plot">
      <figcaption><h2>${measure}</h2>${drawn.count < total && html`<p>${say("console.reports.drawn", { count: drawn.count, total })}</p>`}</figcaption>
      ${drawn.picture}
    </figure>
  `;
}

const labelOf = (wish, { cells }, leaving) => wish.dimensions.filter((one) => one !== leaving).map((one) => wordOf(one, cells[one], wish)).join(" · ");

function barsOf(wish, rows) {
  const [measure, name] = [wish.measures[0], called(wish.measures[0])];
  const some = rows.slice(0, MOST_BARS);
  const most = Math.max(...some.flatMap(({ cells }) => [cells[name], cells[`${name}_before`]]).filter(Number.isFinite), 1);
  const bar = (value, kind, y, high) => Number.isFinite(value) && html`<rect class=${kind} data-value=${value} y=${y} height=${high} width=${(100 * Math.max(value, 0)) / most} />`;
  const picture = html`
    <ul class="bars report-bars">
      ${some.map((row) => html`
        <li key=${row.place}>
          <span>${labelOf(wish, row) || measureOf(measure)}</span>
          <svg viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
            ${bar(row.cells[name], "now", 0, wish.compare ? 7 : 12)}
            ${wish.compare && bar(row.cells[`${name}_before`], "then", 8, 4)}
          </svg>
          <span>${figureOf(measure, row.cells[name], currencyOf(wish, row.cells))}</span>
        </li>`)}
    </ul>
  `;
  return { count: some.length, picture };
}

/** One line for each of the largest of what is told apart beside the time; what was before is a line of its own where that is all. */
function linesOf(wish, rows) {
  const [measure, name] = [wish.measures[0], called(wish.measures[0])];
  const timed = rows.filter(({ cells }) => cells.time);
  const all = new Map();
  for (const row of timed) {
    const label = labelOf(wish, row, "time");
    all.set(label, [...(all.get(label) ?? []), { row, value: row.cells[name] }]);
  }
  const size = ([, points]) => points.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const lines = [...all].sort((one, other) => size(other) - size(one)).slice(0, MOST_LINES);
  if (wish.compare && all.size === 1) lines.push([say("console.reports.before", { name: measureOf(measure) }), timed.map((row) => ({ row, value: row.cells[`${name}_before`] }))]);
  return { count: lines.slice(0, all.size).flatMap(([, points]) => points).length, picture: lines.length ? drawn(wish, measure, lines) : null };
}

function drawn(wish, measure, lines) {
  const points = lines.flatMap(([, some]) => some);
  const times = points.map(({ row }) => Date.parse(row.cells.time));
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const values = points.map(({ value }) => value ?? 0);
  const [least, most] = [Math.min(...values, 0), Math.max(...values, 1)];
  const x = ({ row }) => (last === first ? WIDE / 2 : (WIDE * (Date.parse(row.cells.time) - first)) / (last - first)).toFixed(2);
  const y = ({ value }) => (HIGH - (HIGH * (value - least)) / (most - least)).toFixed(2);
  const known = (some) => some.filter(({ value }) => Number.isFinite(value));
  const currency = currencyOf(wish, points[0].row.cells);
  const edge = (time) => wordOf("time", new Date(time).toISOString(), wish);
  return html`
    <div class="lines">
      <span class="most">${figureOf(measure, most, currency)}</span>
      <svg viewBox=${`-1 -1 ${WIDE + 2} ${HIGH + 2}`} preserveAspectRatio="none" role="img" aria-label=${say("console.reports.lines", { measure: measureOf(measure), first: edge(first), last: edge(last) })}>
        <line class="ground" x1="0" x2=${WIDE} y1=${y({ value: 0 })} y2=${y({ value: 0 })} /><line class="ground" x1="0" x2=${WIDE} y1="0" y2="0" />
        ${lines.map(([label, some], at) => html`
          <g key=${label} class=${COLOURS[at % COLOURS.length]}>
            <polyline points=${known(some).map((one) => `${x(one)},${y(one)}`).join(" ")} />
            ${known(some).map((one) => html`<path class="point" data-value=${one.value} d=${`M${x(one)} ${y(one)}h0`}><title>${`${wordOf("time", one.row.cells.time, wish)}: ${figureOf(measure, one.value, currencyOf(wish, one.row.cells))}`}</title></path>`)}
          </g>`)}
      </svg>
      <span class="first">${edge(first)}</span><span class="last">${edge(last)}</span>
    </div>
    ${lines.length > 1 && html`<ul class="legend" aria-hidden="true">${lines.map(([label], at) => html`<li key=${label} class=${COLOURS[at % COLOURS.length]}>${label || measureOf(measure)}</li>`)}</ul>`}
  `;
}
