/** What goes wrong on the phone's side: taps, lost answers, twenty phones. Each act → {tone, told, params, proof}. */
import { NoAnswer, good, insist, newKey, send } from "/shared/door.js";
import { look, moved, wallet } from "./feed.js";
import { say } from "/shared/language.js";
import { afford, checkout, followPayments, inMoney, known, mine, order, something } from "./shop.js";

const TAPS = 50;
const PHONES = 20;
const AFFORDED = 12;

export async function pay(trip) {
  const bought = something();
  await afford(trip, bought.amount);
  const before = await known();
  trip.at("request", "now", "trip.pay.asked", { amount: inMoney(bought.amount) });
  const { id } = await checkout(bought);
  const body = { wallet_id: wallet.value.id, checkout_id: id, description: bought.order };
  const answer = await insist("POST", "/v1/payments", await mine({ body }));
  const paid = good(answer);
  trip.dot(0, "done");
  committed(trip, 1, ["head", "movement", "entry", "order"]);
  settle(trip, before, bought.amount);
  await look();
  const params = { order: bought.order, amount: inMoney(paid.amount), milliseconds: answer.milliseconds, id: paid.id };
  return { tone: "good", told: "pay.happened", params, proof: [proof(answer)], screen: paidFor(bought) };
}

export async function taps(trip) {
  const bought = something();
  await afford(trip, bought.amount);
  const before = await known();
  trip.at("request", "now", "trip.taps.asked", { count: TAPS });
  const once = await mine({ body: order(bought.amount, bought.order) });
  const answers = await Promise.all(storm(trip, TAPS, () => once));
  const digests = await Promise.all(answers.map(digest));
  good(answers[0]);
  settle(trip, before, bought.amount);
  await look();
  const spent = before.available - wallet.value.available;
  const params = {
    count: TAPS,
    equal: digests.filter((one) => one === digests[0]).length,
    effects: Math.round(spent / bought.amount),
    replays: answers.filter((one) => one.replayed).length,
    amount: inMoney(spent),
    digest: digests[0].slice(0, 12),
  };
  const exact = params.equal === TAPS && spent === bought.amount;
  const shown = [tally(digests), proof(answers[0])];
  return { tone: exact ? "good" : "bad", told: "taps.happened", params, proof: shown, screen: paidFor(bought) };
}

export async function drop(trip) {
  const bought = something();
  await afford(trip, bought.amount);
  const before = await known();
  trip.at("request", "now", "trip.drop.asked", { amount: inMoney(bought.amount) });
  const intention = await mine({ body: order(bought.amount, bought.order) });
  const lost = await send("POST", "/v1/payments", { ...intention, headers: { "X-Local-Drop-Answer": "1" } }).catch(
    silence,
  );
  trip.dot(0, "lost");
  trip.at("request", "now", "trip.drop.again");
  const answer = await insist("POST", "/v1/payments", intention);
  const paid = good(answer);
  trip.dot(1, "same");
  committed(trip, 1);
  settle(trip, before, bought.amount);
  await look();
  const spent = before.available - wallet.value.available;
  const exact = lost === null && answer.replayed && spent === bought.amount;
  const params = { amount: inMoney(spent), id: paid.id, milliseconds: answer.milliseconds };
  return {
    tone: exact ? "good" : "bad",
    told: "drop.happened",
    params,
    proof: [proof(answer)],
    screen: paidFor(bought),
  };
}

export async function drain(trip) {
  await afford(trip, 100 * AFFORDED);
  const before = await known();
  const price = Math.floor(before.available / AFFORDED);
  trip.at("request", "now", "trip.drain.asked", { count: PHONES, amount: inMoney(price), affordable: AFFORDED });
  const each = await Promise.all(Array.from({ length: PHONES }, (_, phone) => phonePays(price, phone)));
  const answers = await Promise.all(storm(trip, PHONES, (phone) => each[phone]));
  const paid = answers.filter((one) => one.status === 201).length;
  settle(trip, before, paid * price);
  await look();
  const params = {
    count: PHONES,
    price: inMoney(price),
    paid,
    refused: answers.filter((one) => one.body?.code === "insufficient-funds").length,
    left: inMoney(wallet.value.available),
    before: inMoney(before.available),
  };
  const exact = paid === AFFORDED && params.refused === PHONES - AFFORDED;
  return {
    tone: exact ? "good" : "bad",
    told: "drain.happened",
    params,
    proof: [tally(answers.map((one) => `${one.status} ${one.body?.code ?? one.body?.status}`))],
    screen: { state: "drained", amount: wallet.value.available },
  };
}

const paidFor = (bought) => ({ state: "paid", ...bought });

const phonePays = (price, phone) =>
  mine({
    body: order(price, say("drain.phone", { number: phone + 1, code: newKey().slice(0, 4) }), {
      confirm_duplicate: true,
    }),
  });

/** `count` payments at once; each colours its dot when it is answered. */
function storm(trip, count, request) {
  let effects = 0;
  return Array.from({ length: count }, async (_, index) => {
    const answer = await insist("POST", "/v1/payments", request(index));
    const state = answer.replayed ? "same" : answer.status < 400 ? "done" : "refused";
    trip.dot(index, state);
    if (state === "done") committed(trip, (effects += 1));
    return answer;
  });
}

function committed(trip, transactions, items = ["head", "movement", "entry"]) {
  trip.writes(items);
  const note = transactions === 1 ? "trip.committed" : "trip.committed.many";
  trip.at("transaction", "done", note, { count: items.length, transactions });
}

function settle(trip, before, amount) {
  trip.at("request", "done", "trip.answered");
  followPayments(trip, before.books, amount);
  moved();
}

function silence(problem) {
  if (!(problem instanceof NoAnswer)) throw problem;
  return null;
}

async function digest({ bytes, status }) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `${status} sha-256 ${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, 32)}…`;
}

/** `49 × this`, one line for each different text. */
function tally(texts) {
  const counted = Map.groupBy(texts, (text) => text);
  return [...counted].map(([text, all]) => `${all.length} × ${text}`).join("\n");
}

const proof = (answer) => `${answer.status}${answer.replayed ? " Idempotent-Replayed: true" : ""}\n${answer.text}`;
