/** How money can come in: what the API offers for a currency, by method; and how long it usually takes. */
import { say } from "/shared/language.js";

/** Of some methods the API wants to know more than their name. */
const IN_ITS_WORDS = { card: "pm_card_visa" };
/** Whose code it is matters to whoever has to scan it. */
const ANY_CODE = "scan";
/** What is offered where nobody has said what is: the API refuses what it does not have. */
const WITHOUT_WORD = [{ method: "bank", works: true }, { method: "card", works: true }];

export const offersOf = (currency) => `/v1/processors?currency=${currency}`;

/** One way for each method; which processor takes it is the API's choice. `seconds`: of the first that works. */
export function waysOf(offers) {
  const offered = (offers?.data ?? []).filter((one) => one.method !== ANY_CODE);
  const known = offered.length ? offered : WITHOUT_WORD;
  return [...new Set(known.map((one) => one.method))].map((name) => {
    const working = known.filter((one) => one.method === name && one.works);
    return { name, sent: { method: IN_ITS_WORDS[name] ?? name }, works: working.length > 0, seconds: working[0]?.usual_seconds };
  });
}

export const usually = (seconds) =>
  seconds < 120 ? say("way.usually.seconds", { seconds }) : say("way.usually.minutes", { minutes: Math.ceil(seconds / 60) });
