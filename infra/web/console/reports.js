/** A question to everything that happened: how it stands in an address, and what the API is asked by it. */
export const PERIODS = ["today", "yesterday", "last-7-days", "last-30-days", "this-month", "last-month", "all"];
export const OWN = "own";
export const GRAINS = ["minute", "hour", "day", "week", "month"];
export const CHARTS = ["none", "bars", "lines"];
export const DIMENSIONS = ["time", "kind", "merchant", "category", "channel", "processor", "method", "currency", "outcome", "reason", "region", "tier", "device", "weekday", "hour_of_day", "cohort"];
/** A column of an imported file. */
const IMPORTED = /^[a-z]\w{0,31}\.[a-z]\w{0,31}$/;
const isDimension = (one) => DIMENSIONS.includes(one) || IMPORTED.test(one);
export const TOPS = [10, 100, 1_000, 10_000];
export const MOST = { measures: 8, dimensions: 4, filters: 12 };
export const ROWS_AT_ONCE = 100;
const FIGURES = ["amount", "fee", "took_ms"];
const plain = (measure) => ({ measure });
const of = (measure, figure, at) => ({ measure, of: figure, ...(at ? { at } : {}) });

/** What can be counted and measured, each once. */
export const MEASURES = [
  ...["count", "people", "success"].map(plain),
  ...["amount", "fee"].map((figure) => of("sum", figure)),
  ...FIGURES.map((figure) => of("average", figure)),
  { measure: "conversion", to: "payment", within_days: 30 },
  ...[1, 2, 3].map((after) => ({ measure: "retention", after })),
  ...FIGURES.flatMap((figure) => [0.5, 0.95, 0.99].map((at) => of("quantile", figure, at))),
];
const FIRST = { measures: [plain("count")], dimensions: ["kind"], grain: "day", filters: [], compare: false, sort: null, top: 1_000, funnel: null };

/** The column of a measure, as the API calls it. */
export function called({ name, measure, of: figure, at, after }) {
  return name || `${measure}${figure ? `_${figure}` : ""}${at ? `_${Math.round(at * 1000)}` : ""}${after ? `_${after}` : ""}`;
}

/** Those of an answer: [name]. */
export function columnsOf({ dimensions, measures, compare }) {
  const names = measures.map(called);
  return [...dimensions, ...names, ...(compare ? names.map((one) => `${one}_before`) : [])];
}

/** {period, from, to (days, of a period of one's own), chart ("" as it fits), wish} of what stands in an address; whatever makes no sense there is left out. */
export function read({ period = "", from = "", to = "", chart = "", q = "" }) {
  const own = period === OWN && isDay(from) && isDay(to);
  return { period: own ? OWN : PERIODS.includes(period) ? period : "this-month", from: own ? from : "", to: own ? to : "", chart: CHARTS.includes(chart) ? chart : "", wish: wished(parsed(q)) };
}

const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All parts of a question, those that it does not name as the API takes them; the first question of all where there is none. */
export function wished(said) {
  if (!said || typeof said !== "object") return FIRST;
  const list = (name, fits) => (Array.isArray(said[name]) ? said[name].filter(fits).slice(0, MOST[name]) : []);
  const measures = list("measures", (one) => typeof one?.measure === "string").map(measured);
  const filters = list("filters", (one) => isDimension(one?.dimension) && Array.isArray(one.words));
  const wish = {
    funnel: said.funnel?.steps?.length ? said.funnel : null,
    measures: measures.length || said.funnel ? measures : FIRST.measures,
    dimensions: said.funnel ? [] : [...new Set(list("dimensions", isDimension))],
    grain: GRAINS.includes(said.grain) ? said.grain : FIRST.grain,
    filters: filters.map(({ dimension, words, is_not }) => ({ dimension, words: words.map(String), is_not: is_not === true })),
    compare: said.compare === true,
    sort: typeof said.sort?.by === "string" ? { by: said.sort.by, descending: said.sort.descending !== false } : null,
    top: Number.isInteger(said.top) ? said.top : FIRST.top,
  };
  return { ...wish, sort: wish.sort && columnsOf(wish).includes(wish.sort.by) ? wish.sort : null };
}

/** Without what it leaves open, which the API says as null. */
const measured = (one) => Object.fromEntries(["measure", "of", "at", "to", "nth", "within_days", "after", "name"].filter((name) => one[name]).map((name) => [name, one[name]]));

/** Where the question is asked. */
export function addressOf({ period, from, to, chart, wish }) {
  const own = period === OWN ? { from, to } : {};
  return `/reports/ask?${new URLSearchParams({ period, ...own, ...(chart ? { chart } : {}), q: JSON.stringify(wish) })}`;
}

/** What the API is asked. */
export const requestOf = ({ wish, ...when }, now = new Date()) => ({ ...spanOf(when, now), ...whole(wish) });
/** What is saved: the same with the name of its period. */
export const savedOf = ({ period, wish }) => ({ period, ...whole(wish) });
/** Of a saved or a ready-made report; without a query its answer alone says what it holds. */
export const questionOf = ({ query, period, chart }) => ({ period: query?.period ?? period, from: "", to: "", chart, wish: wished(query) });
/** A question about how far people came has no measures and no order of its own. */
function whole({ sort, funnel, measures = [], dimensions = [], filters = [], top, ...rest }) {
  return funnel ? { funnel, filters } : { ...rest, measures, dimensions, filters, top, ...(sort ? { sort } : {}) };
}

const STEPS = [{ measure: "people" }, { measure: "success", name: "of_first" }, { measure: "success", name: "of_before" }, { measure: "seconds", name: "median_seconds" }];
/** Columns of answers that no question says: amounts of the currency beside them, and counts. */
const TOLD = { amount: ["unsettled", "owed", "change", "held"], count: ["captures", "wallets"] };

/** What the columns of an answer are: the question's own, those of a funnel, or those of a ready-made report. */
export function tableOf({ columns }, wish, drills) {
  if (wish.funnel) return { ...FIRST, filters: wish.filters, dimensions: ["step"], measures: STEPS, steps: wish.funnel.steps };
  if (drills) return wish;
  const money = (name) => ({ measure: "sum", of: "amount", name });
  const there = (names) => names.filter((name) => columns.includes(name));
  const measures = [...there(TOLD.amount).map(money), ...there(TOLD.count).map((name) => ({ measure: "count", name }))];
  return { ...FIRST, filters: [], dimensions: columns.filter((name) => !measures.some((one) => one.name === name)), measures };
}

/** {from, to} of a period, as saved reports have it: whole days in UTC, the one that goes on only where its name says so. */
export function spanOf({ period, from, to }, now = new Date()) {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const at = (...date) => new Date(Date.UTC(...date));
  const [today, tomorrow] = [at(year, month, day), at(year, month, day + 1)];
  const spans = {
    today: () => [today, tomorrow],
    yesterday: () => [at(year, month, day - 1), today],
    "last-7-days": () => [at(year, month, day - 7), today],
    "last-30-days": () => [at(year, month, day - 30), today],
    "this-month": () => [at(year, month, 1), tomorrow],
    "last-month": () => [at(year, month - 1, 1), at(year, month, 1)],
    all: () => [at(2000, 0, 1), tomorrow],
    [OWN]: () => [new Date(from), new Date(Date.parse(to) + DAY_MS)],
  };
  const [since, until] = spans[period]();
  return { from: written(since), to: written(until) };
}

const DAY_MS = 86_400_000;
const written = (moment) => `${moment.toISOString().slice(0, 19)}Z`;

/** The same question about as long a time right before, by itself. */
export function before(question) {
  const { from, to } = spanOf(question);
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  const first = Date.parse(from) - (Date.parse(to) - Date.parse(from));
  return { ...question, period: OWN, from: day(first), to: day(Date.parse(from) - DAY_MS), wish: wished({ ...question.wish, compare: false }) };
}

export const isMoney = ({ of: figure }) => Boolean(figure) && figure !== "took_ms";

/** The currency of a row's amounts: its own, or the one that was asked for; "" where there is none. */
export function currencyOf({ filters }, cells) {
  if (cells.currency) return cells.currency;
  return filters.find(({ dimension, words, is_not }) => dimension === "currency" && !is_not && words.length === 1)?.words[0] ?? "";
}

/** How it is drawn: as it says, or in lines over time and in bars otherwise. */
export const chartOf = (chart, { dimensions }) => chart || (dimensions.includes("time") ? "lines" : dimensions.length ? "bars" : "none");
