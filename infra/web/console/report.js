/** The last hour in figures, charts and tables: what the overview shows once it has been told. */
import { Chart } from "/console/chart.js";
import { CURRENCY, major, what } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoney, shownNumber, shownTime } from "/shared/language.js";
import { html } from "/shared/ui.js";

/** What the overview shows, part after part; `data` is never changed in place. */
export const PARTS = [Tiles, Charts, Tables];

function Tiles(data) {
  const latest = data.requests?.at(-1);
  const success = successOf(data.requests);
  return html`
    <p class="asof">${say("console.as-of", { time: shownTime(data.at) })}</p>
    <ul class="tiles">
      <${Tile} label=${say("console.paid-hour")} value=${shownNumber(sum(counted(data, minutesOf(data), ...PAYING)))} id="paid-hour" />
      <${Tile} label=${say("console.success")} value=${success === null ? say("console.not-known") : percent(success)} id="success" />
      <${Tile} label=${say("console.p99")} value=${latest?.latency_ms_p99 == null ? say("console.not-known") : milliseconds(latest.latency_ms_p99)} id="p99" />
      ${data.held.map((one) => html`<${Tile} key=${one.currency} label=${say("console.held-in", { currency: one.currency })} value=${shownMoney(one.held, one.currency)} id=${`held-${one.currency}`} />`)}
      <${Tile} label=${say("console.dead")} value=${shownNumber(deadOf(data))} id="dead" tone=${deadOf(data) ? "bad" : "good"} />
    </ul>
  `;
}

function Charts(data) {
  const minutes = minutesOf(data);
  const times = minutes.map((minute) => Date.parse(`${minute}:00Z`) / 1000);
  const [paid, topped] = [counted(data, minutes, ...PAYING), counted(data, minutes, "top-up")];
  return html`
    <div class="charts">
      <${Chart} title=${say("console.per-minute")} times=${times} format=${shownNumber}
        words=${say("console.per-minute-words", { payments: sum(paid), topups: sum(topped) })}
        series=${[{ label: say("console.payments"), values: paid, colour: "accent" }, { label: say("console.topups"), values: topped, colour: "warn" }]} />
      ${data.requests ? answered(data.requests, minutes, times) : html`<p class="note">${say("console.requests-unknown")}</p>`}
    </div>
  `;
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
      <${Table} name="last-hour" title=${say("console.last-hour")} rows=${totals(data)} id=${(row) => row.kind + row.processor + row.currency} columns=${TOTALS} empty=${say("console.nothing-hour")} />
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

/** The last so many minutes, oldest first, in the API's words. */
const minutesOf = ({ at, window_minutes: many }) => {
  const last = Math.floor(Date.parse(at) / 60_000);
  return Array.from({ length: many }, (_, back) => new Date((last - many + 1 + back) * 60_000).toISOString().slice(0, 16));
};

const counted = (data, minutes, ...kinds) => {
  const sums = new Map();
  for (const one of data.counts) if (kinds.includes(one.kind)) sums.set(one.minute, (sums.get(one.minute) ?? 0) + one.entries);
  return minutes.map((minute) => sums.get(minute) ?? 0);
};

function successOf(requests) {
  const all = requests?.reduce((sum, one) => sum + one.requests, 0);
  return all ? 1 - requests.reduce((sum, one) => sum + one.server_errors, 0) / all : null;
}

function totals({ counts }) {
  const sums = new Map();
  for (const { kind, processor, currency, entries, amount } of counts) {
    const name = [kind, processor, currency].join(" ");
    const before = sums.get(name) ?? { kind, processor, currency, entries: 0, amount: 0 };
    sums.set(name, { ...before, entries: before.entries + entries, amount: before.amount + amount });
  }
  return [...sums.values()];
}
