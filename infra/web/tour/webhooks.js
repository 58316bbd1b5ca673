/** What strangers do with the bank's messages. Each act → {tone, told, params, proof}. */
import { good, send } from "/shared/door.js";
import { entries, look, wallet } from "./feed.js";
import { followTopUp, inMoney, known, topUp } from "./shop.js";

const ADDRESS = "/v1/webhooks/sandbox";
const FRESH_MS = 200_000;
const FORGED = "v1,Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2VkLWZvcmc=";

/** The newest top-up of this tour, for its webhook; a message older than 300 s is refused whatever it says. */
let last = null;

export async function topup(trip) {
  const before = await known();
  last = { ...(await topUp(trip)), at: Date.now() };
  trip.dot(0, "done");
  followTopUp(trip, before.books);
  const params = { amount: inMoney(last.amount), milliseconds: last.waited, id: last.id };
  return {
    tone: "good",
    told: "topup.happened",
    params,
    proof: [last.told],
    screen: { state: "received", amount: last.amount },
  };
}

export async function replay(trip) {
  const { headers, body } = await overheard(trip);
  const before = await known();
  trip.at("request", "now", "trip.replay.asked", { id: headers["webhook-id"] });
  const answer = await send("POST", ADDRESS, { raw: body, headers });
  trip.dot(0, "same");
  trip.at("request", "done", "trip.replay.answered", { status: answer.status });
  trip.at("transaction", "stopped", "trip.replay.known");
  await look();
  const credited = wallet.value.available - before.available;
  const params = {
    status: answer.status,
    amount: inMoney(credited),
    balance: inMoney(wallet.value.available),
    id: headers["webhook-id"],
  };
  const exact = answer.status < 300 && credited === 0;
  return { tone: exact ? "good" : "bad", told: "replay.happened", params, proof: [told(answer, headers, body)] };
}

export async function forge(trip) {
  const { headers, body } = await overheard(trip);
  const before = await known();
  const newest = entries.value[0].id;
  const richer = body.replace(/("amount":\s*)(\d+)/, (_, name, amount) => name + Number(amount) * 100);
  trip.at("request", "now", "trip.forge.asked", { amount: inMoney(last.amount * 100) });
  const unsigned = { ...headers, "webhook-signature": FORGED };
  const tried = [
    [richer, headers],
    [richer, unsigned],
  ];
  const answers = await Promise.all(tried.map(([raw, named]) => send("POST", ADDRESS, { raw, headers: named })));
  answers.forEach((_, index) => trip.dot(index, "refused"));
  trip.at("request", "stopped", "trip.forge.answered", { status: answers[0].status });
  const now = await known();
  const untouched = now.available === before.available && entries.value[0].id === newest;
  const exact = untouched && answers.every((one) => one.status === 401);
  const params = {
    status: answers[0].status,
    code: answers[0].body?.code ?? "",
    amount: inMoney(last.amount * 100),
    credited: inMoney(now.available - before.available),
    balance: inMoney(now.available),
  };
  const shown = answers.map((one, index) => told(one, tried[index][1], tried[index][0]));
  return { tone: exact ? "good" : "bad", told: "forge.happened", params, proof: shown };
}

/** The last webhook as it went over the wire: raw bytes and headers. */
async function overheard(trip) {
  if (!last || Date.now() - last.at > FRESH_MS) {
    last = { ...(await topUp(trip)), at: Date.now() };
    trip.restart();
  }
  last.webhook ??= good(await send("GET", `/_local/webhooks/last?topup_id=${last.id}`));
  return last.webhook;
}

const told = (answer, headers, body) =>
  `webhook-id: ${headers["webhook-id"]}\n${body}\n→ ${answer.status} ${answer.text}`;
