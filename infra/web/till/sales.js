/** What a till does with money, as intents: each is written down with its key before it is sent. */
import { carry, finished, done, drop, intend, intent, intents, isAnothers, isShut, mine } from "/shared/intents.js";
import { shownMoney } from "/shared/language.js";
import { staffId } from "/shared/session.js";
import { here, standsHere } from "/till/staff.js";

/** A code is good for a minute and once: it is kept for as long as this page is open, and nowhere else. */
const codes = new Map();
export const codeOf = (id) => codes.get(id);

/** → the intent's id. `form`: of one opened screen, which charges once; `again`: also if it looks charged already. */
export function charge({ amount, currency, reference, code, form, again = false }) {
  const body = { code, amount, currency, order_reference: reference, ...here(), ...(again && { confirm_duplicate: true }) };
  const about = { what: "charge", amount, currency, reference, at: Date.now(), by: standsHere() };
  const id = intend({ path: "/v1/charges", body, about, once: `charge ${form}`, asks: true });
  codes.set(id, code);
  return id;
}

/**
 * Ends a charge for good, whether it ever came or not: by its id once that is known, or else by its own key, which the
 * API has if it has the charge. Whoever stops it does so in their own name. → the intent's id.
 */
export function stop(id) {
  const open = intent(id);
  const { about, outcome } = open ?? finished(id);
  const { store_id } = open?.body ?? {};
  const to = open
    ? { path: "/v1/charge-reversals", key: open.key, body: store_id ? { store_id } : {} }
    : { path: `/v1/charges/${outcome.body.id}/reversals`, body: {} };
  const { amount, currency, reference } = about;
  const why = { what: "stop", of: id, amount, currency, reference, at: Date.now(), by: standsHere() };
  return intend({ ...to, about: why, once: `stop ${id} ${staffId.value ?? ""}` });
}

/** Carries it to its end. Once a charge is stopped, nothing of it that somebody else meant is left to be sent. */
export async function follow(id) {
  const { about } = intent(id) ?? finished(id) ?? {};
  const outcome = await carry(id);
  if (about?.what !== "stop" || !outcome || isOfWhoAsks(outcome)) return;
  const moot = (one) => isStopOf(one, about.of) || (one.id === about.of && isAnothers(one) && outcome.status < 400);
  mine().filter(moot).forEach((one) => drop(one.id));
}

/** What is known of a charge: {amount, currency, reference, at, by}; undefined of one that nobody remembers. */
export const aboutOf = (id) => (intent(id) ?? finished(id) ?? stopOf(id))?.about;

/** Gives back `amount` of a payment → the intent's id. */
export const refund = ({ payment, amount, reason, form }) =>
  intend({
    path: `/v1/payments/${payment.id}/refunds`,
    body: { amount, reason },
    about: { what: "refund", payment: payment.id, amount, currency: payment.currency, reference: payment.order_reference, reason, at: Date.now(), by: standsHere() },
    once: `refund ${form}`,
    asks: true,
  });

const isStopOf = ({ about }, id) => about.what === "stop" && about.of === id;
/** Of whoever is here before anybody else's; one that they could not make has stopped nothing. */
const stopOf = (id) => {
  const all = [...mine(), ...done()].filter((one) => isStopOf(one, id));
  const sound = all.filter(({ outcome }) => !isOfWhoAsks(outcome));
  return sound.find((one) => !isAnothers(one)) ?? sound[0] ?? all[0];
};
const isOfWhoAsks = (outcome) => outcome?.status === 403 || outcome?.status === 404;
const PAID = ["captured", "authorized", "partially_refunded", "refunded"];

/**
 * How a charge stands: {kind: sending | unknown | waiting | paid | not | stopping | stopped, body?, code?, given_back?,
 * kept?, denied?, anothers?, shut?}. `kept`: it was too late to stop it; `denied`: whoever tried may not; `anothers`: who
 * is here did not begin it; `shut`: nor may they ask. `seen`: what the API last said of one that waited. Reads signals, so that whoever asks is told again.
 */
export function standing(id, seen = null) {
  const open = intents.value.find((one) => one.id === id);
  const last = stopOf(id);
  const denied = isOfWhoAsks(last?.outcome);
  const stopped = denied ? undefined : last;
  if (stopped && !stopped.outcome) return { kind: "stopping", body: stopped.last, anothers: isAnothers(stopped) };
  if (stopped?.outcome.status < 400) return { kind: "stopped", given_back: stopped.outcome.body.given_back };
  const kept = Boolean(stopped);
  const taken = stopped?.outcome.body?.payment_id;
  if (taken) return { kind: "paid", body: { id: taken }, kept };
  if (open) return { kind: open.last === undefined && !isAnothers(open) ? "sending" : "unknown", body: open.last, kept, denied, anothers: isAnothers(open), shut: isShut(open) };
  const outcome = finished(id)?.outcome;
  if (!outcome) return { kind: "forgotten" };
  if (outcome.status >= 400) return { kind: "not", code: outcome.body?.code, body: outcome.body, kept };
  const body = seen ?? outcome.body;
  if (body.status === "waiting") return { kind: "waiting", body, kept, denied };
  return { kind: PAID.includes(body.status) ? "paid" : "not", code: body.reason || body.status, body, kept };
}

export const shownSum = ({ amount, currency }) => shownMoney(amount, currency);

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** A name for a sale that nobody named: the day, and what no other till is likely to draw. */
export function newReference() {
  const day = new Date().toISOString().slice(2, 10).replaceAll("-", "");
  const drawn = [...crypto.getRandomValues(new Uint8Array(8))].map((one) => LETTERS[one % 32]).join("");
  return `${day}-${drawn}`;
}
