/**
 * Movements of money that somebody meant to make: each is written down with its key before it is sent, and stays until
 * the API has given its answer. A reload, a dead battery or a second tab sends the same key again: one effect.
 *
 * The answer is what the API keeps under the key. What whoever is signed in may not do says nothing of what was done
 * before them, and an answer that is not the API's says nothing at all.
 */
import { isProblem, newKey, NoAnswer, Refused } from "/shared/door.js";
import { ask, session, staffId, userId } from "/shared/session.js";
import { onStored, store, stored } from "/shared/stored.js";
import { effect, signal } from "/shared/ui.js";

const NAME = `${document.documentElement.dataset.area}.intents`;
const DONE = `${NAME}.done`;
const WAITS_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const REMEMBERED = 20;
const LATER = [401, 429];
/** Refusals of whoever asks: nothing of them is kept under the key. */
const OF_WHO_ASKS = ["forbidden", "not-found"];
/** What is made has an id of the API's. */
const MADE = /^[a-z]{2,4}_[0-9a-z]{26}$/;
const ONLY_ASK = { "Idempotency-Replay": "only" };
/** Refusals of what takes somebody else's yes: a guardian's, or that of whoever gave a family card. */
export const CONSENTS = ["guardian-approval-required", "card-approval-required"];
/** How that yes stands while it is asked for, or given and about to be carried out by the API itself. */
const WAITS_FOR_OTHERS = ["asked", "approved"];

/**
 * [{id, key, path, body, about, user, by, once, asks, tries, last, doubt, shut}], oldest first. `last`: why the last try
 * decided nothing; `doubt`: one that was sent may have arrived; `shut`: the session that may not ask.
 */
export const intents = signal(stored(NAME) ?? []);
/** {path, status} of the intent that came to its end last. */
export const settled = signal(null);
/** Counts up whenever what is kept of finished intents changes, here or in another tab. */
const turns = signal(0);
onStored(NAME, (found) => (intents.value = found ?? []));
onStored(DONE, () => (turns.value = turns.peek() + 1));

/**
 * Writes down what is meant → its id; `about` is whatever the result screen wants to show of it.
 * An intent with the same `once` (a checkout, an open form) is the same one: a double tap adds nothing.
 * `key`: of the request that this one ends. `asks`: the API tells another of the merchant's people what became of it.
 */
export function intend({ path, body, about, once, asks = false, key = newKey() }) {
  const before = once && [...(stored(NAME) ?? []).filter(isMine), ...done()].find((one) => one.once === once);
  if (before) return before.id;
  const meant = { id: newKey(), key, path, body, about, once, asks, user: userId.value, by: staffId.value, tries: 0 };
  change((all) => [...all, meant]);
  return meant.id;
}

export const intent = (id) => intents.value.find((one) => one.id === id);
/** What became of a finished intent, for as long as this browser remembers: {id, about, outcome: {status, body}}. */
export const finished = (id) => done().find((one) => one.id === id);
/** The finished ones of whoever is signed in, newest first; whoever reads them is told when they change. */
export const done = () => turns.value >= 0 && kept().filter(isMine);
/** Those of which their owner has not seen how they ended. */
export const unseen = () => done().filter((one) => one.unseen);
/** They have: on its result screen, or by putting it away. */
export const seen = (id) => keep((all) => all.map((one) => (one.id === id ? { ...one, unseen: undefined } : one)));

/** No longer sent from here; whether it has happened, the API alone knows. */
export const drop = (id) => change((all) => all.filter((one) => one.id !== id));

/** Carries an intent to its end → {status, body}: waits while nobody knows, and for its owner to sign in again. */
export const carry = (id) =>
  navigator.locks ? navigator.locks.request(`coffer.intent.${id}`, () => carried(id)) : carried(id);

/** What earlier visits left open goes on. */
export const resume = () => Promise.all(mine().map((one) => carry(one.id)));
export const mine = () => intents.value.filter(isMine);
const isMine = (one) => one.user === userId.value;
/** Whether another of the merchant's people meant it: it is asked for, and not done in the name of who is here now. */
export const isAnothers = ({ by }) => by !== undefined && by !== staffId.value;
/** Whether whoever is here may not even ask. */
export const isShut = ({ shut }) => shut !== undefined && shut === session.value?.session_id;
const goesOn = (one) => isMine(one) && !isShut(one) && (one.asks || !isAnothers(one));

async function carried(id) {
  for (;;) {
    const meant = (stored(NAME) ?? []).find((one) => one.id === id);
    if (!meant) return finished(id)?.outcome;
    if (goesOn(meant)) {
      const { outcome, ...found } = await tried(meant);
      if (outcome) return settle(meant, outcome);
      note(id, { tries: meant.tries + 1, ...found });
    }
    await better(WAITS_MS[Math.min(meant.tries, WAITS_MS.length - 1)]);
  }
}

/** One try: {outcome}, or {last, doubt, shut} while it is not known what happened or it may still go through. */
async function tried(meant) {
  const { id, path, body, key, about } = meant;
  const [before, only] = [Boolean(meant.doubt), isAnothers(meant)];
  const asker = session.value.session_id;
  if (!only) note(id, { doubt: true });
  try {
    const answer = await ask("POST", path, { body, key, about, patient: false, headers: only ? ONLY_ASK : {} });
    return judged(answer, { before: before || only, asker });
  } catch (problem) {
    if (problem instanceof NoAnswer) return { last: null, doubt: before || !only };
    if (problem instanceof Refused) return { last: problem.answer.body, doubt: before };
    throw problem;
  }
}

/** What an answer decides; `before`: whether the key may have done something already. */
function judged(answer, { before, asker }) {
  const { status, body } = answer;
  if (status < 400) return isMade(answer) ? { outcome: { status, body } } : { last: null, doubt: true };
  if (!isProblem(answer)) return { last: null, doubt: true };
  const guarded = CONSENTS.includes(body.code) && WAITS_FOR_OTHERS.includes(body.state);
  if (status >= 500 || body.code === "in-flight" || guarded) return { last: body, doubt: true };
  if (LATER.includes(status)) return { last: body, doubt: before };
  if (!before || !OF_WHO_ASKS.includes(body.code)) return { outcome: { status, body } };
  return { last: body, doubt: true, shut: body.param === "Idempotency-Key" ? undefined : asker };
}

const isMade = ({ kind, body }) => kind.startsWith("application/json") && MADE.test(body?.id ?? body?.charge_id);

function settle({ id, path, about, once, user }, outcome) {
  const ended = { id, about, user, once: outcome.status < 400 ? once : undefined, outcome, unseen: true };
  keep((all) => [ended, ...all.filter((one) => one.id !== id)].filter((one, at) => at < REMEMBERED || one.unseen));
  change((all) => all.filter((one) => one.id !== id));
  settled.value = { path, status: outcome.status };
  return outcome;
}

const note = (id, found) => change((all) => all.map((one) => (one.id === id ? { ...one, ...found } : one)));

/** Of what is stored, which another tab may have changed since. */
function change(how) {
  const next = how(stored(NAME) ?? []);
  store(NAME, next);
  intents.value = next;
}

const kept = () => stored(DONE) ?? [];

function keep(how) {
  store(DONE, how(kept()));
  turns.value = turns.peek() + 1;
}

/** After a while; at once when the network or the reader comes back, or somebody signs in. */
const better = (milliseconds) =>
  new Promise((resolve) => {
    const before = session.value;
    let stop = () => {};
    const go = () => {
      clearTimeout(timer);
      for (const moment of ["online", "focus"]) removeEventListener(moment, go);
      stop();
      resolve();
    };
    const timer = setTimeout(go, milliseconds);
    for (const moment of ["online", "focus"]) addEventListener(moment, go);
    stop = effect(() => session.value !== before && queueMicrotask(go));
  });
