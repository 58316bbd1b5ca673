/** What the ledger shows right now: asked once a second while something moves, seldom otherwise. */
import { good, send } from "/shared/door.js";
import { signal } from "/shared/ui.js";
import { arrive, startAnew, token, visitor } from "./visitor.js";

const MOVING_MS = 1_000;
const RESTING_MS = 6_000;
const MOVED_FOR_MS = 12_000;
const EMPTY = { sum: 0, customers: 0, merchants: 0, system: {} };

export const wallet = signal(null);
export const entries = signal([]);
export const books = signal(null);
export const outbox = signal([]);
/** False while the local cloud does not answer. */
export const reachable = signal(true);

let movedAt = 0;
let timer = 0;
let asking = Promise.resolve();

/** Look often for a while. */
export function moved() {
  movedAt = Date.now();
  clearTimeout(timer);
  timer = setTimeout(watch, MOVING_MS / 2);
}

export async function watch() {
  clearTimeout(timer);
  if (!document.hidden) await look().catch(() => (reachable.value = false));
  timer = setTimeout(watch, Date.now() - movedAt < MOVED_FOR_MS ? MOVING_MS : RESTING_MS);
}

/** Everything once, as it is after this call; one round at a time. */
export function look() {
  asking = asking.then(ask, ask);
  return asking;
}

async function ask() {
  if (!visitor.value) await arrive();
  const { customer } = visitor.value;
  const mine = { token: await token() };
  const [purse, listed, sums, messages] = await Promise.all([
    send("GET", `/v1/wallets/${customer.wallet_id}`, mine),
    send("GET", `/v1/wallets/${customer.wallet_id}/entries?limit=5`, mine),
    send("GET", "/_local/books"),
    send("GET", `/_local/outbox?to=${encodeURIComponent(customer.identifier)}`),
  ]);
  if ([401, 404].includes(purse.status)) return startAnew();
  wallet.value = good(purse);
  entries.value = good(listed).data;
  books.value = good(sums);
  outbox.value = good(messages).data;
  reachable.value = true;
}

/** The books in the visitor's currency; null before they were seen. */
export const sums = () => books.value && visitor.value && (books.value[visitor.value.customer.currency] ?? EMPTY);
