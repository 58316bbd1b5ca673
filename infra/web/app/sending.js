/**
 * Sending money to a person: who it is, what is sent and when; a transfer as an intent; and what was filled in, which
 * stays here for whoever comes back to correct it, until it is sent or the page is closed.
 */
import { done, intend, mine } from "/shared/intents.js";
import { newKey } from "/shared/door.js";
import { say, shownMoment, shownSpan } from "/shared/language.js";
import { call, userId } from "/shared/session.js";
import { signal } from "/shared/ui.js";

/** How long a check that is taken up again must still be good for. */
const LEAST_LEFT_MS = 120_000;
export const DELAYS = [0, 2, 24];

/** Who `identifier` is → what the API found. Throws Refused, NoAnswer. */
export const look = (identifier, name) =>
  call("POST", "/v1/payee-checks", { body: { identifier: identifier.trim(), ...(name.trim() && { name: name.trim() }) } });

const fresh = () => ({ user: userId.peek(), form: newKey(), step: signal("who"), who: signal(""), name: signal(""), check: signal(null), amount: signal(""), note: signal(""), delay: signal(0) });
let kept = null;

/**
 * {form, step, who, name, check, amount, note, delay}: of `form`, which is sent once. Another once it was sent; what was
 * refused stays, to be corrected and sent under a new one.
 */
export function draft() {
  const ofForm = ({ about }) => about.form === kept?.form;
  const ended = done().find(ofForm);
  if (kept?.user !== userId.peek() || mine().some(ofForm) || ended?.outcome.status < 400) kept = fresh();
  else if (ended) kept.form = newKey();
  const left = Date.parse(kept.check.peek()?.expires_at) - Date.now();
  if (kept.check.peek() && (ended?.outcome.body?.code === "invalid-or-expired" || !(left > LEAST_LEFT_MS))) anew();
  return kept;
}

/** Somebody else, or the same one looked at again. */
export function anew() {
  kept.check.value = null;
  kept.step.value = "who";
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
const hoursOf = ({ delay_hours }, wish) => Math.max(delay_hours, wish);
export function arrives(check, wish) {
  const hours = hoursOf(check, wish);
  if (!hours) return say("send.arrives.now");
  return say(check.invitation ? "send.arrives.invitation" : "send.arrives.after", { hours });
}

/** How long a transfer still waits, by the clock of this device, for what is shown: the API carries on. */
export function left({ completes_at, invitation }) {
  const seconds = (Date.parse(completes_at) - Date.now()) / 1000;
  if (!(seconds > 0)) return say(invitation ? "transfer.soon.invitation" : "transfer.soon");
  return say(invitation ? "transfer.in.invitation" : "transfer.in", { time: shownSpan(seconds), at: shownMoment(completes_at) });
}

/** As the API counts a note: in bytes of its JSON. */
const NOTE_BYTES = 100;
export const isLong = (note) => new TextEncoder().encode(JSON.stringify(note.trim())).length - 2 > NOTE_BYTES;
