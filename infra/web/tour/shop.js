/** Money in and money out, as the phone asks for them; each tells the trip where it is. */
import { good, insist, newKey, pause, send } from "/shared/door.js";
import { look, moved, sums, wallet } from "./feed.js";
import { language, money } from "/shared/language.js";
import { token, visitor } from "./visitor.js";

export const TOP_UP = 20_000;
const SETTLED_WITHIN_MS = 40_000;
const MOST_FEES = 0.1;
const GOODS = [
  [1880, "Flat white", "澳白咖啡"],
  [1260, "Jasmine tea", "茉莉花茶"],
  [950, "Egg tart", "蛋挞"],
  [2340, "Beef noodles", "牛肉面"],
  [780, "Sesame bun", "芝麻包"],
  [1490, "Orange juice", "鲜橙汁"],
  [1120, "Rice dumpling", "粽子"],
];
let next = Math.floor(Math.random() * GOODS.length);

/** Something to buy, at a price of the moment: what costs the same twice in five minutes is a probable duplicate. */
export function something() {
  next = (next + 1) % GOODS.length;
  const [price, en, zh] = GOODS[next];
  const number = newKey().slice(0, 4).toUpperCase();
  return { amount: price + 10 * Math.floor(Math.random() * 12), order: `${{ en, zh }[language.value]} #${number}` };
}

export const inMoney = (amount) => money(amount, visitor.value.customer.currency);
export const mine = async (more) => ({ token: await token(), key: newKey(), ...more });

/** What a payment of `amount` straight to the merchant says. */
export const order = (amount, reference, more) => ({
  wallet_id: visitor.value.customer.wallet_id,
  merchant_id: visitor.value.merchant.id,
  amount,
  currency: visitor.value.customer.currency,
  order_reference: reference,
  ...more,
});

/** What the merchant's till asks for; paid by its id. */
export async function checkout({ amount, order: reference }) {
  const { merchant, customer } = visitor.value;
  const body = { amount, currency: customer.currency, order_reference: reference };
  return good(await insist("POST", "/v1/checkouts", { token: merchant.api_key, body }));
}

/** Asks the sandbox bank for money and waits for its webhook → {id, amount, waited (ms), told (the top-up as it is then)}. */
export async function topUp(trip) {
  const { wallet_id, currency } = visitor.value.customer;
  const began = performance.now();
  trip.at("request", "now", "trip.topup.asked", { amount: inMoney(TOP_UP) });
  const body = { wallet_id, amount: TOP_UP, currency, processor: "sandbox" };
  const { id } = good(await insist("POST", "/v1/topups", await mine({ body })));
  trip.at("request", "done", "trip.topup.pending", { id });
  trip.at("transaction", "now", "trip.topup.webhook");
  moved();
  const told = await credited(id);
  const waited = Math.round(performance.now() - began);
  trip.writes(["head", "movement", "entry"]);
  trip.at("transaction", "done", "trip.topup.credited");
  await look();
  return { id, amount: TOP_UP, waited, told };
}

/** Makes sure that the wallet holds `amount`, by a top-up if it must. */
export async function afford(trip, amount) {
  await look();
  if (wallet.value.available >= amount) return;
  await topUp(trip);
  trip.restart();
}

/** Waits in the background until what the bank owes us is folded; `before` is the books until now. */
export function followTopUp(trip, before) {
  const owed = (now) => now.system["clearing:sandbox"] ?? 0;
  follow(
    trip,
    (now) => owed(now) < owed(before),
    () => ["trip.topup.folded", { amount: inMoney(TOP_UP) }],
  );
}

/** Waits in the background until the journal's stream has settled `amount`; `before` is the books until now. */
export function followPayments(trip, before, amount) {
  const earned = (now) => now.merchants - before.merchants;
  const done = (now) => earned(now) > amount * (1 - MOST_FEES) && (now.system.settling ?? 0) === 0;
  const told = (now) =>
    earned(now) <= amount ? ["trip.settled", { amount: inMoney(earned(now)) }] : ["trip.settled.more", {}];
  follow(trip, done, told);
}

/** The ledger as it is now: {available, books}. */
export async function known() {
  await look();
  return { available: wallet.value.available, books: sums() };
}

async function credited(id) {
  for (const until = Date.now() + SETTLED_WITHIN_MS; Date.now() < until; await pause(400)) {
    const answer = await send("GET", `/v1/topups/${id}`, { token: await token() });
    const { status } = good(answer);
    if (status === "succeeded") return answer.text;
    if (status === "failed") throw new Error(status);
  }
  throw new Error("pending");
}

async function follow(trip, done, told) {
  const began = performance.now();
  trip.at("stream", "now", "trip.stream.now");
  while (trip.shown && performance.now() - began < SETTLED_WITHIN_MS) {
    moved();
    await pause(700);
    if (!done(sums())) continue;
    const [note, params] = told(sums());
    trip.at("stream", "done", "trip.stream.done");
    trip.at("settlement", "done", note, { ...params, seconds: Math.round((performance.now() - began) / 100) / 10 });
    return;
  }
  trip.at("settlement", "now", "trip.later");
}
