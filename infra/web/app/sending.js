/** Sending money to a person: what was filled in, a transfer as an intent, and when it arrives. */
import { drafts, isGood } from "/app/drafts.js";
import { intend } from "/shared/intents.js";
import { say, shownMoment, shownSpan } from "/shared/language.js";
import { signal } from "/shared/ui.js";

export const DELAYS = [0, 2, 24];

const kept = drafts(() => ({ step: signal("who"), who: signal(""), name: signal(""), check: signal(null), amount: signal(""), note: signal(""), delay: signal(0) }));

/** {form, step, who, name, check, amount, note, delay}; looked at again who it is where the check is not good any more. */
export function draft() {
  const { kept: of, refusal } = kept();
  if (of.check.peek() && (refusal === "invalid-or-expired" || !isGood(of.check.peek()))) anew(of);
  return of;
}

/** Somebody else, or the same one looked at again. */
export function anew(of) {
  of.check.value = null;
  of.step.value = "who";
}

/** → the intent's id. */
export const send = ({ form, check, note, delay }, wallet, amount) =>
  intend({
    path: "/v1/transfers",
    body: { payee_check: check.payee_check, amount, currency: check.currency, note: note.trim(), delay_hours: delay },
    about: { what: "transfer", amount, currency: check.currency, to: check.name, form, wallet_id: wallet.id, back: "/send" },
    once: `transfer ${form}`,
  });

/** When it arrives, before it is sent: at once, or after the longer of what must be and what is wished. */
export function arrives(check, wish) {
  const hours = Math.max(check.delay_hours, wish);
  if (!hours) return say("send.arrives.now");
  return say(check.invitation ? "send.arrives.invitation" : "send.arrives.after", { hours });
}

/** How long a transfer still waits, by the clock of this device, for what is shown: the API carries on. */
export function left({ completes_at, invitation }) {
  const seconds = (Date.parse(completes_at) - Date.now()) / 1000;
  if (!(seconds > 0)) return say(invitation ? "transfer.soon.invitation" : "transfer.soon");
  return say(invitation ? "transfer.in.invitation" : "transfer.in", { time: shownSpan(seconds), at: shownMoment(completes_at) });
}
