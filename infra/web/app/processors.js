/** How money can come in: each bank and wallet that the API offers for a currency, by name; and how long it takes. */
import { say, shownSpan } from "/shared/language.js";

/** Of some methods the API wants to know more than their name. */
const IN_ITS_WORDS = { card: "pm_card_visa" };
/** Whose code it is matters to whoever has to scan it. */
const ANY_CODE = "scan";

export const offersOf = (currency) => `/v1/processors?currency=${currency}`;

/** Whoever serves it best just now: if one cannot, another is asked. A named one is asked and nobody else. */
export const ANY = { name: "any", sent: {} };

export const waysOf = (offers) =>
  (offers?.data ?? [])
    .filter(({ method }) => method !== ANY_CODE)
    .map(({ processor, method, works, rests_until, usual_seconds, least }) => ({
      name: `${processor}-${method}`,
      sent: { processor, method: IN_ITS_WORDS[method] ?? method },
      ...{ processor, method, works, least, rests: rests_until },
      seconds: usual_seconds,
    }));

export const usually = (seconds) => say("way.usually", { time: shownSpan(seconds) });
