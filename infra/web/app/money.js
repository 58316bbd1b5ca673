/** What the screens of money have in common: whom it went to, how a line of the journal reads, where it leads. */
import { say, sayOr, shownClock, shownDate, shownMoment, shownMoney } from "/shared/language.js";
import { Money } from "/shared/parts.js";
import { store, stored } from "/shared/stored.js";
import { html } from "/shared/ui.js";

const NAMES = `${document.documentElement.dataset.area}.seen.names`;
/** What is between two people; where it leads. */
const BETWEEN = { transfer: "transfers" };
/** Of people among themselves. */
export const isBetween = ({ person, kind }) => Boolean(person) || /^(red-packet|gift-card)/.test(kind);
const BOUGHT = ["payment", "authorisation"];

export const entriesOf = (wallet, limit = 30) => `/v1/wallets/${wallet}/entries?limit=${limit}`;
export const statementOf = (wallet, month) => `/v1/wallets/${wallet}/statements/${month}`;

/** Remembers what merchants are called: a refund's entry has only an id. */
export function meet(merchants) {
  const known = stored(NAMES) ?? {};
  const fresh = merchants.filter(({ merchant_id, merchant_name }) => merchant_name && known[merchant_id] !== merchant_name);
  if (fresh.length)
    store(NAMES, { ...known, ...Object.fromEntries(fresh.map((one) => [one.merchant_id, one.merchant_name])) });
}
export const nameOf = ({ merchant_id, merchant_name }) => merchant_name || stored(NAMES)?.[merchant_id] || "";

/** What an entry is, in a word or two. */
export const kindOf = ({ kind, amount }) => sayOr(`kind.${kind}${kind in BETWEEN && amount > 0 ? ".in" : ""}`, kind);
export const whoOf = (entry) => entry.person || (entry.merchant_id ? nameOf(entry) || say("entry.merchant") : kindOf(entry));

/** What the balance changed by; of what only left a hold, that. */
export const sumOf = (entry) => entry.amount || entry.held || 0;

/** The screen that tells all about an entry. */
export function placeOf(entry, wallet) {
  if (BOUGHT.includes(entry.kind)) return `#/payments/${entry.movement_id}`;
  if (entry.kind === "red-packet") return `#/packets/${entry.movement_id}`;
  if (entry.kind === "gift-card") return `#/gift-cards/${entry.movement_id}`;
  const between = Object.keys(BETWEEN).find((one) => entry.kind.startsWith(one));
  if (between) return `#/${BETWEEN[between]}/${entry.movement_id}`;
  if (entry.kind === "top-up") return `#/topups/${entry.movement_id}`;
  if (entry.kind.startsWith("withdrawal")) return `#/withdrawals/${entry.movement_id}`;
  return `#/entries/${entry.id}?wallet=${wallet}&month=${entry.at.slice(0, 7)}`;
}

/** The clock alone of what happened today. */
export const shownLately = (at) => (dayOf(at) === dayOf(Date.now()) ? shownClock(at) : shownMoment(at));
const dayOf = (at) => new Date(at).toDateString();

/** One line of a list of entries; `when(at)`: under the heading of a day, the clock is enough. */
export const EntryRow = ({ entry, wallet, when = shownClock }) => html`
  <li>
    <a href=${placeOf(entry, wallet)}>
      <span class="row-words">
        <strong>${whoOf(entry)}</strong>
        <small>${[(entry.merchant_id || entry.person) && kindOf(entry), entry.order_reference || entry.note || way(entry), entry.paid_by && say("entry.paid-by", { name: entry.paid_by }), when(entry.at)].filter(Boolean).join(" · ")}</small>
      </span>
      <${Money} amount=${sumOf(entry)} currency=${entry.currency} signed=${entry.amount !== 0} />
    </a>
  </li>
`;

/** Of a correction its other side is the house's own matter. */
export const way = ({ kind, processor }) => (kind === "adjustment" ? "" : processor && sayOr(`processor.${processor}`, processor));

/** Rows by the day they fall on, for the reader: [[day, rows]]. */
export function byDay(rows) {
  const days = new Map();
  for (const row of rows) {
    const day = shownDate(row.at, { weekday: "long", day: "numeric", month: "long" });
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return [...days];
}

/** Why a wallet is frozen, and the way out. */
export function Frozen({ wallet }) {
  if (wallet?.status !== "frozen") return null;
  const mine = wallet.reason_code === "by-owner";
  return html`
    <div class="note" role="status">
      <strong>${say("frozen.title")}</strong>
      <p>${wallet.reason}</p>
      ${wallet.needed && html`<p>${wallet.needed}</p>`}
      ${wallet.review_at && html`<p>${say("frozen.review", { at: shownMoment(wallet.review_at) })}</p>`}
      <a class="alone" href=${mine ? "#/security" : "#/inbox"}>${say(mine ? "frozen.mine" : "frozen.theirs")}</a>
      ${!mine && html`<p><a class="alone" href="#/help">${say("frozen.help")}</a></p>`}
    </div>
  `;
}

/** The host that an address leads to; "" of what no browser should follow. */
export function hostOf(address) {
  try {
    const { protocol, host } = new URL(address);
    return ["https:", "http:"].includes(protocol) ? host : "";
  } catch {
    return "";
  }
}

export const shownSum = ({ amount, currency }) => shownMoney(amount, currency);
