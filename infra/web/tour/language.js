/** Every sentence of the page, from `text.json` ({"key": {"en", "zh"}}), and how amounts and times are shown. */
import { signal } from "./ui.js";

const STORED = "coffer.language";
const LOCALES = { en: "en-GB", zh: "zh-CN" };
const preferred = () => (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const LANGUAGES = ["en", "zh"];
export const language = signal(LANGUAGES.find((known) => known === localStorage.getItem(STORED)) ?? preferred());

let sentences = {};

export async function learn() {
  sentences = await (await fetch("/text.json")).json();
}

export function choose(chosen) {
  localStorage.setItem(STORED, chosen);
  language.value = chosen;
}

/** The sentence `key`; `{name}` is filled from `params`: text as it is, numbers and amounts as people write them. */
export function say(key, params = {}) {
  return sentences[key][language.value].replace(/\{(\w+)\}/g, (_, name) => shown(params[name]));
}

export const knows = (key) => key in sentences;
export const money = (amount, currency) => ({ amount, currency });

function shown(value) {
  if (typeof value === "number") return value.toLocaleString(LOCALES[language.value]);
  return typeof value === "object" ? shownMoney(value.amount, value.currency) : value;
}

/** `¥12.50` of 1250 and CNY; with `signed`, a plus before what came in. */
export function shownMoney(amount, currency, signed = false) {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const format = new Intl.NumberFormat(LOCALES[language.value], {
    ...style,
    signDisplay: signed ? "exceptZero" : "auto",
  });
  return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits).replace("-", "−");
}

export const shownTime = (at) => new Date(at).toLocaleTimeString(LOCALES[language.value], { hour12: false });
