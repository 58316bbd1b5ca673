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

/** `¥12.50` of 1250 and CNY; with `signed`, a plus before what came in. */
export function shownMoney(amount, currency, signed = false) {
  const format = moneyFormat(currency, { signDisplay: signed ? "exceptZero" : "auto" });
  return format.format(amount / 10 ** digits(currency)).replace("-", "−");
}

/** How many digits a currency has after its point: 2 of CNY, 0 of JPY. */
export const digits = (currency) => moneyFormat(currency).resolvedOptions().maximumFractionDigits;

/** The minor units of `12.50` or `12,5` as a person types it; null if it is no amount. */
export function readMoney(typed, currency) {
  const most = digits(currency);
  const parts = /^(\d{1,9})(?:[.,](\d+))?$/.exec(typed.trim().replaceAll(/[\s¥€$£]/g, ""));
  if (!parts || (parts[2] ?? "").length > most) return null;
  return Number(parts[1]) * 10 ** most + Number((parts[2] ?? "").padEnd(most, "0") || 0);
}

export const shownTime = (at) => new Date(at).toLocaleTimeString(LOCALES[language.value], { hour12: false });
export const shownDate = (at, options = { dateStyle: "long" }) =>
  new Date(at).toLocaleDateString(LOCALES[language.value], options);
/** `25 Nov 2026, 17:31`, in the reader's own time. */
export const shownMoment = (at) =>
  new Date(at).toLocaleString(LOCALES[language.value], { dateStyle: "medium", timeStyle: "short", hour12: false });
export const shownNumber = (value, options) => value.toLocaleString(LOCALES[language.value], options);

function shown(value) {
  if (typeof value === "number") return shownNumber(value);
  return typeof value === "object" ? shownMoney(value.amount, value.currency) : value;
}

const moneyFormat = (currency, options) =>
  new Intl.NumberFormat(LOCALES[language.value], {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    ...options,
  });

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
