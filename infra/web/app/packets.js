/** Red packets: what was filled in, one as an intent, opening one as another, and where it is. */
import { drafts, isGood } from "/app/drafts.js";
import { intend } from "/shared/intents.js";
import { signal } from "/shared/ui.js";

export const MOST_SHARES = 100;
export const SPLITS = ["lucky", "equal"];

const kept = drafts(() => ({ whom: signal("link"), who: signal(""), people: signal([]), amount: signal(""), shares: signal("5"), split: signal("lucky"), greeting: signal("") }));

/** {form, whom, who, people, amount, shares, split, greeting}; of the people those whose checks are still good. */
export function draft() {
  const { kept: of, refusal } = kept();
  of.people.value = refusal === "invalid-or-expired" ? [] : of.people.peek().filter(({ check }) => isGood(check));
  return of;
}

/** → the intent's id. `wish`: {amount, currency, split, greeting} and `shares` or `payee_checks`. */
export const make = (form, wish, wallet) =>
  intend({
    path: "/v1/red-packets",
    body: wish,
    about: { what: "packet", amount: wish.amount, currency: wish.currency, form, wallet_id: wallet.id, back: "/packets" },
    once: `packet ${form}`,
  });

/** → the intent's id. Everybody opens a packet once, so it is one intent. */
export const claim = (packet, link) =>
  intend({
    path: `/v1/red-packets/${packet.id}/claims`,
    body: link ? { link } : {},
    about: { what: "packet-claim", currency: packet.currency, from: packet.name, back: placeOf(packet.id, link) },
    once: `claim ${packet.id}`,
  });

const placeOf = (id, link) => `/packets/${id}${link ? `?link=${encodeURIComponent(link)}` : ""}`;
/** What is given to others. */
export const addressOf = ({ id, link }) => `${location.origin}/app/#${placeOf(id, link)}`;
