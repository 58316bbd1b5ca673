/** The last hour, and the hours and days before, in figures, charts and tables: what the overview shows once it has been told. */
import { Chart } from "/console/chart.js";
import { CURRENCY, major, what } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoment, shownMoney, shownNumber, shownSpan, shownTime } from "/shared/language.js";
import { html } from "/shared/ui.js";

/** What the overview shows, part after part; `data` is never changed in place. */
export const PARTS = [Tiles, Charts, Longer, Tables];

function Tiles(data) {
  const latest = data.requests?.at(-1);
  const success = successOf(data.requests);
  return html`
    <p class="asof">${say("console.as-of", { time: shownTime(data.at) })} <span id="counted">${reaching(data.counted)}</span></p>
    <ul class="tiles">
      <${Tile} label=${say("console.paid-hour")} value=${shownNumber(sum(counts(data.counts, "minute", minutesOf(data), PAYING)))} id="paid-hour" />
      <${Tile} label=${say("console.success")} value=${success === null ? say("console.not-known") : percent(success)} id="success" />
      <${Tile} label=${say("console.p99")} value=${latest?.latency_ms_p99 == null ? say("console.not-known") : milliseconds(latest.latency_ms_p99)} id="p99" />
      ${data.held.map((one) => html`<${Tile} key=${one.currency} label=${say("console.held-in", { currency: one.currency })} value=${shownMoney(one.held, one.currency)} id=${`held-${one.currency}`} />`)}
      <${Tile} label=${say("console.dead")} value=${shownNumber(deadOf(data))} id="dead" tone=${deadOf(data) ? "bad" : "good"} />
    </ul>
  `;
}

/** How far the counts are, and what is not in them. */
function reaching({ behind_seconds: behind, through_at: through, waiting }) {
  if (behind === null) return say("console.counted-unknown", { waiting });
  const time = behind < 60 * 60 ? shownTime(through) : shownMoment(through);
  return say(waiting ? "console.counted-waiting" : "console.counted", { time, span: shownSpan(behind), waiting });
}

function Charts(data) {
  const minutes = minutesOf(data);
  const times = minutes.map((minute) => seconds(`${minute}:00Z`));
  return html`
    <div class="charts">
      <${Moved} title=${say("console.per-minute")} words="console.per-minute-words" rows=${data.counts} of="minute" parts=${minutes} times=${times} />
      ${data.requests ? answered(data.requests, minutes, times) : html`<p class="note">${say("console.requests-unknown")}</p>`}
    </div>
  `;
}

function Longer(data) {
  const [hours, days] = [hoursOf(data), daysOf(data)];
  return html`
    <div class="charts">
      <${Moved} title=${say("console.per-hour")} words="console.per-hour-words" rows=${data.hours} of="hour" parts=${hours} times=${hours.map((hour) => seconds(`${hour}:00:00Z`))} />
      <${Moved} title=${say("console.per-day")} words="console.per-day-words" rows=${data.days} of="day" parts=${days} times=${days.map((day) => seconds(`${day}T12:00:00Z`))} days />
    </div>
  `;
}

function Moved({ title, words, rows, of, parts, times, days = false }) {
  const [paid, topped] = [counts(rows, of, parts, PAYING), counts(rows, of, parts, ["top-up"])];
  return html`<${Chart} title=${title} times=${times} format=${shownNumber} days=${days}
    words=${say(words, { payments: sum(paid), topups: sum(topped) })}
    series=${[{ label: say("console.payments"), values: paid, colour: "accent" }, { label: say("console.topups"), values: topped, colour: "warn" }]} />`;
}

function answered(requests, minutes, times) {
  const asked = minutes.map((minute) => requests.find((one) => one.minute === minute));
  const known = (value) => (value == null ? say("console.not-known") : milliseconds(value));
  const latest = requests.at(-1);
  return html`
    <${Chart} title=${say("console.success-chart")} times=${times} format=${(value) => `${value} %`}
      words=${say("console.success-words", { requests: sum(requests.map((one) => one.requests)), errors: sum(requests.map((one) => one.server_errors)) })}
      series=${[{ label: say("console.success"), values: asked.map((one) => (one?.requests ? (100 * (one.requests - one.server_errors)) / one.requests : null)), colour: "accent" }]} />
    <${Chart} title=${say("console.latency")} times=${times} format=${milliseconds}
      words=${say("console.latency-words", { p50: known(latest?.latency_ms_p50), p99: known(latest?.latency_ms_p99) })}
      series=${[{ label: "p50", values: asked.map((one) => one?.latency_ms_p50 ?? null), colour: "accent" }, { label: "p99", values: asked.map((one) => one?.latency_ms_p99 ?? null), colour: "bad" }]} />
  `;
}

function Tables(data) {
  return html`
    <div class="halves">
      <${Table} name="money-held" title=${say("console.money-held")} rows=${data.held} id=${(row) => row.currency} columns=${HELD} empty=${say("console.none-held")} />
      <${Table} name="processors" title=${say("console.processors")} rows=${data.processors} id=${(row) => row.name + row.currency} columns=${PROCESSORS} empty=${say("console.none-held")} />
      <${Table} name="queues" title=${say("console.queues")} rows=${data.queues} id=${(row) => row.name} columns=${QUEUES} empty="" />
      <${Table} name="last-hour" title=${say("console.last-hour")} rows=${totals(data.counts)} id=${nameOf} columns=${TOTALS} empty=${say("console.nothing-hour")} />
      <${Table} name="last-hours" title=${say("console.last-hours")} rows=${totals(data.hours)} id=${nameOf} columns=${TOTALS} empty=${say("console.nothing-hours")} />
      <${Table} name="last-days" title=${say("console.last-days")} rows=${totals(data.days)} id=${nameOf} columns=${TOTALS} empty=${say("console.nothing-days")} />
    </div>
  `;
}

const Tile = ({ label, value, id, tone = "" }) => html`<li class=${`card ${tone}`}><span id=${`tile-${id}`}>${label}</span><output aria-labelledby=${`tile-${id}`}>${value}</output></li>`;

const money = (key) => ({ key: `${key}-amount`, number: true, cell: (row) => shownMoney(row[key], row.currency), text: (row) => major(row[key], row.currency) });
const plain = (key, number = false) => ({ key, number, cell: (row) => (number ? (row[key] === null ? "–" : shownNumber(row[key])) : row[key]), text: (row) => row[key] });
const HELD = [plain("currency"), money("held"), money("settling"), money("fees"), money("unclaimed"), money("promotions")];
const PROCESSORS = [{ key: "name-column", cell: (row) => row.name, text: (row) => row.name }, plain("currency"), money("holds")];
const QUEUES = [{ key: "name-column", cell: (row) => what(row.name), text: (row) => row.name }, plain("waiting", true), plain("in_flight", true), plain("dead", true)];
const TOTALS = [{ key: "kind", cell: (row) => what(row.kind), text: (row) => row.kind }, plain("processor"), plain("entries", true), money("amount"), CURRENCY];

const PAYING = ["payment", "capture"];
const sum = (values) => values.reduce((all, one) => all + one, 0);
const percent = (share) => shownNumber(share, { style: "percent", maximumFractionDigits: 2 });
const milliseconds = (value) => say("console.ms", { ms: Math.round(value) });
const deadOf = (data) => data.queues.reduce((all, one) => all + (one.dead ?? one.waiting), 0);

const seconds = (time) => Date.parse(time) / 1000;

/** The last so many minutes, hours or days, oldest first, in the API's words. */
const lastOf = (at, many, length, characters) => {
  const last = Math.floor(Date.parse(at) / length);
  return Array.from({ length: many }, (_, back) => new Date((last - many + 1 + back) * length).toISOString().slice(0, characters));
};
const minutesOf = ({ at, window_minutes: many }) => lastOf(at, many, 60_000, 16);
const hoursOf = ({ at, window_hours: many }) => lastOf(at, many, 3_600_000, 13);
const daysOf = ({ at, window_days: many }) => lastOf(at, many, 86_400_000, 10);

/** How many entries of these kinds there were in each of `parts`, minutes, hours or days. */
const counts = (rows, of, parts, kinds) => {
  const sums = new Map();
  for (const one of rows) if (kinds.includes(one.kind)) sums.set(one[of], (sums.get(one[of]) ?? 0) + one.entries);
  return parts.map((part) => sums.get(part) ?? 0);
};

function successOf(requests) {
  const all = requests?.reduce((sum, one) => sum + one.requests, 0);
  return all ? 1 - requests.reduce((sum, one) => sum + one.server_errors, 0) / all : null;
}

const nameOf = ({ kind, processor, currency }) => [kind, processor, currency].join(" ");

function totals(rows) {
  const sums = new Map();
  for (const { kind, processor, currency, entries, amount } of rows) {
    const name = nameOf({ kind, processor, currency });
    const before = sums.get(name) ?? { kind, processor, currency, entries: 0, amount: 0 };
    sums.set(name, { ...before, entries: before.entries + entries, amount: before.amount + amount });
  }
  return [...sums.values()];
}
