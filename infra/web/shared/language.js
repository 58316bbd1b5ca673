/** Every sentence of a page, from catalogues ({"key": {"en", "zh"}}), and how amounts and times are shown. */
import { signal } from "/shared/ui.js";

const STORED = "coffer.language";
const LOCALES = { en: "en-GB", zh: "zh-CN" };
const preferred = () => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const LANGUAGES = ["en", "zh"];
export const NATIVE = { en: "English", zh: "中文" };
export const language = signal(LANGUAGES.find((known) => known === localStorage.getItem(STORED)) ?? preferred());

const sentences = {};
const learnt = new Map();
const formats = new Map();

/** The catalogues `/text/<name>.json`, each fetched once; `api/<name>` are those that the API itself speaks from. */
export const learn = (...names) => Promise.all(names.map((name) => learnt.get(name) ?? fetched(name)));

export function choose(chosen) {
  localStorage.setItem(STORED, chosen);
  language.value = chosen;
}

/** The sentence `key`; `{name}` is filled from `params`: text as it is, numbers and amounts as people write them. */
export function say(key, params = {}) {
  return sentences[key][language.value].replace(/\{(\w+)\}/g, (_, name) => shown(params[name]));
}

export const knows = (key) => key in sentences;
/** The sentence `key` if there is one, or else `otherwise`: for words that the API may add. */
export const sayOr = (key, otherwise, params) => (knows(key) ? say(key, params) : otherwise);
export const money = (amount, currency) => ({ amount, currency });

/** Symbol and digits after the point, as the API writes them: `Intl` takes a phone 50 ms to say the same of one. */
export const CURRENCIES = {
  CNY: ["¥", 2], USD: ["$", 2], EUR: ["€", 2], GBP: ["£", 2], HKD: ["HK$", 2], SGD: ["S$", 2], JPY: ["¥", 0],
};

/** `¥12.50` of 1250 and CNY; with `signed`, a plus before what came in. */
export function shownMoney(amount, currency, signed = false) {
  const [symbol, many] = CURRENCIES[currency];
  const written = String(Math.abs(amount)).padStart(many + 1, "0");
  const end = written.length - many;
  const whole = written.slice(0, end).replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = amount < 0 ? "−" : signed && amount > 0 ? "+" : "";
  return `${sign}${symbol}${whole}${many ? `.${written.slice(end)}` : ""}`;
}

/** How many digits a currency has after its point: 2 of CNY, 0 of JPY. */
export const digits = (currency) => CURRENCIES[currency][1];

/** The minor units of `12.50`, `12,5` or `1,000.50` as a person types it; null if it is no amount. */
export function readMoney(typed, currency) {
  const most = digits(currency);
  const parts = partsOf(typed);
  if (!parts || parts.fraction.length > most) return null;
  return Number(parts.whole) * 10 ** most + Number(parts.fraction.padEnd(most, "0") || 0);
}
/** Whether an amount was typed that has more digits after its point than the currency. */
export const isTooFine = (typed, currency) => (partsOf(typed)?.fraction.length ?? 0) > digits(currency);

const PLAIN = /^(\d{1,9})(?:[.,](\d+))?$/;
/** No currency here has three digits after its point: a comma before three can only group. */
const GROUPED = /^([1-9]\d{0,2}(?:,\d{3}){1,2})(?:\.(\d+))?$/;

function partsOf(typed) {
  const text = typed.trim().replaceAll(/[\s¥€$£]/g, "");
  const found = GROUPED.exec(text) ?? PLAIN.exec(text);
  return found && { whole: found[1].replaceAll(",", ""), fraction: found[2] ?? "" };
}

export const shownTime = (at) => format("DateTimeFormat", { timeStyle: "medium", hour12: false }).format(new Date(at));
/** `17:31`. */
export const shownClock = (at) => format("DateTimeFormat", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const shownDate = (at, options = { dateStyle: "long" }) => format("DateTimeFormat", options).format(new Date(at));
/** `25 Nov 2026, 17:31`, in the reader's own time. */
export const shownMoment = (at) =>
  format("DateTimeFormat", { dateStyle: "medium", timeStyle: "short", hour12: false }).format(new Date(at));
export const shownNumber = (value, options) => format("NumberFormat", options).format(value);

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
/** `90 seconds`, `15 minutes`, `2 days`: in the largest unit of which there are two; rounded up, as one waits, unless `whole` says. */
export function shownSpan(seconds, whole = Math.ceil) {
  const [unit, long] = UNITS.find(([, length]) => seconds >= 2 * length) ?? UNITS.at(-1);
  return shownNumber(whole(seconds / long), { style: "unit", unit, unitDisplay: "long" });
}

function shown(value) {
  if (typeof value === "number") return shownNumber(value);
  return typeof value === "object" ? shownMoney(value.amount, value.currency) : value;
}

/** One of `Intl` in the reader's language; each is made once, which takes a phone many milliseconds. */
function format(kind, options) {
  const name = `${kind} ${language.value} ${JSON.stringify(options)}`;
  if (!formats.has(name)) formats.set(name, new Intl[kind](LOCALES[language.value], options));
  return formats.get(name);
}

function fetched(name) {
  const arriving = fetch(`/text/${name}.json`)
    .then((answer) => answer.json())
    .then((catalogue) => void Object.assign(sentences, catalogue))
    .catch((problem) => {
      learnt.delete(name);
      throw problem;
    });
  learnt.set(name, arriving);
  return arriving;
}
