/** What stands in a report, in the reader's words: periods, measures, dimensions, and what each cell holds. */
import { isMoney, OWN } from "/console/reports.js";
import { Id, what } from "/console/show.js";
import { CURRENCIES, say, sayOr, shownDate, shownMoney, shownNumber, shownSpan } from "/shared/language.js";
import { see } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const MERCHANTS = "/v1/merchants?limit=100";
/** In basis points. */
const SHARES = ["success", "conversion", "retention"];
const SUNDAY = Date.UTC(2023, 0, 1);
const DAY_MS = 86_400_000;
const TIMES = {
  minute: { dateStyle: "medium", timeStyle: "short", hour12: false },
  hour: { dateStyle: "medium", timeStyle: "short", hour12: false },
  day: { dateStyle: "medium" },
  week: { dateStyle: "medium" },
  month: { year: "numeric", month: "long" },
};

export const periodOf = ({ period, from, to }) => (period === OWN ? say("console.reports.from-to", { from: dayOf(from), to: dayOf(to) }) : say(`console.reports.period.${period}`));
const dayOf = (day) => (day ? shownDate(day, { dateStyle: "medium", timeZone: "UTC" }) : "…");

export function measureOf({ name, measure, of: figure, at, after, to, within_days: days, nth = 1 }) {
  if (name) return sayOr(`console.reports.name.${name}`, name);
  if (measure === "retention") return say("console.reports.measure.retention", { after });
  if (measure === "conversion") return say("console.reports.measure.conversion", { to: nth > 1 ? say("console.reports.nth", { nth, kind: wordOf("kind", to) }) : wordOf("kind", to), days });
  if (!figure) return say(`console.reports.measure.${measure}`);
  const params = { of: say(`console.reports.figure.${figure}`), at: at ? shownNumber(at * 100) : "" };
  return measure === "quantile" && at === 0.5 ? say("console.reports.measure.median", params) : say(`console.reports.measure.${measure}`, params);
}

/** A column of an imported file has the name that it was given there. */
export const dimensionOf = (one) => sayOr(`console.reports.by.${one}`, one);
const stepOf = ({ kind, nth = 1 }) => (nth > 1 ? say("console.reports.nth", { nth, kind: wordOf("kind", kind) }) : wordOf("kind", kind));

/** A question in one line. */
export function sentenceOf({ wish, ...when }) {
  if (wish.funnel) return [wish.funnel.steps.map(stepOf).join(" → "), periodOf(when), ...wish.filters.map(filterOf)].join(" · ");
  const measures = wish.measures.map(measureOf).join(say("console.reports.and"));
  const by = wish.dimensions.map(dimensionOf).join(say("console.reports.and"));
  return [by ? say("console.reports.measured-by", { measures, by }) : measures, periodOf(when), ...wish.filters.map(filterOf)].join(" · ");
}

export const filterOf = ({ dimension, words, is_not }) =>
  say(is_not ? "console.reports.filter-not" : "console.reports.filter", { dimension: dimensionOf(dimension), words: words.map((one) => wordOf(dimension, one)).join(say("console.reports.and")) });

const shops = signal(null);
/** The names of merchants, asked for by each screen that shows them; whoever may not see merchants reads their ids. */
export const learnMerchants = () => void (shops.value = see(MERCHANTS));
/** Within a view: [{id, name}]. */
export const merchants = () => shops.value?.value.data?.data ?? [];
const merchantOf = (id) => merchants().find((one) => one.id === id);

/** A cell of a dimension as text; `grain`: of times; `steps`: of a funnel. */
export function wordOf(dimension, word, { grain = "day", steps } = {}) {
  if (dimension === "step" && steps?.[Number(word) - 1]) return `${word}. ${stepOf(steps[Number(word) - 1])}`;
  if (word === null || word === undefined || word === "") return say("console.reports.none");
  if (dimension.includes(".")) return String(word);
  const told = WORDS[dimension];
  return told ? told(String(word), grain) : what(word);
}

const WORDS = {
  time: (word, grain) => shownDate(word, { ...TIMES[grain], timeZone: "UTC" }),
  weekday: (word) => shownDate(SUNDAY + Number(word) * DAY_MS, { weekday: "long", timeZone: "UTC" }),
  hour_of_day: (word) => `${word.padStart(2, "0")}:00`,
  kind: what,
  channel: (word) => sayOr(`console.reports.channel.${word}`, word),
  outcome: (word) => sayOr(`console.reports.outcome.${word}`, word),
  category: (word) => sayOr(`categories.${word}`, word),
  tier: (word) => say("console.reports.tier", { tier: word }),
  cohort: (word, grain) => shownDate(word, { ...TIMES[grain], timeZone: "UTC" }),
  age: (word) => sayOr(`console.reports.age.${word}`, word),
  reason: (word) => word,
  region: (word) => word,
  device: (word) => word.slice(0, 12),
  currency: (word) => word,
  merchant: (word) => merchantOf(word)?.name ?? word,
};

/** The same for the screen: a merchant leads to its page. */
export const Word = ({ dimension, word, wish }) => {
  const known = dimension === "merchant" && word ? merchantOf(word) : null;
  if (dimension !== "merchant" || !word) return html`<span>${wordOf(dimension, word, wish)}</span>`;
  return known ? html`<a href=${`#/merchants/${word}`} title=${word}>${known.name}</a>` : html`<${Id} of=${word} short />`;
};

/** A figure of a measure as people write it; `signed`: a difference. */
export function figureOf(measure, value, currency, signed = false) {
  if (value === null || value === undefined) return "–";
  const sign = signed ? { signDisplay: "exceptZero" } : {};
  if (isMoney(measure)) return currency in CURRENCIES ? shownMoney(value, currency, signed) : shownNumber(value, sign);
  if (SHARES.includes(measure.measure)) return shownNumber(value / 10_000, { style: "percent", maximumFractionDigits: 2, ...sign });
  if (measure.measure === "seconds") return shownSpan(value, Math.round);
  return measure.of === "took_ms" ? say("console.reports.ms", { ms: shownNumber(value, sign) }) : shownNumber(value, sign);
}

/** From what it was to what it is: `+12 (+8%)`; nothing where one of them is not known. */
export function changeOf(measure, now, then, currency) {
  if (now === null || now === undefined || then === null || then === undefined) return "–";
  const difference = figureOf(measure, now - then, currency, true);
  if (SHARES.includes(measure.measure) || then === 0) return difference;
  const share = shownNumber((now - then) / then, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
  return say("console.reports.change", { difference, share });
}
