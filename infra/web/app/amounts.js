/** Amounts that people type. */
import { digits, isTooFine, say } from "/shared/language.js";

/** Why what was typed is no amount to move. */
export function wrongAmount(typed, currency) {
  if (!isTooFine(typed, currency)) return say("amount.wrong");
  return say(digits(currency) ? "amount.too-fine" : "amount.whole");
}
