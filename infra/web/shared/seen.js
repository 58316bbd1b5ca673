/**
 * What the API last said, shown at once and while there is no network, then what it says now.
 *
 * A resource is a signal of {data, at (ms), loading, problem}: `data` may be old while `problem` says why.
 */
import { pause } from "/shared/door.js";
import { get, session } from "/shared/session.js";
import { store, stored } from "/shared/stored.js";
import { effect, signal } from "/shared/ui.js";

const PREFIX = `${document.documentElement.dataset.area}.seen.`;
/** `data-keeps="no"`: nothing of what is seen stays in this browser, as in an office where others sit down. */
const KEEPS = document.documentElement.dataset.keeps !== "no";
const resources = new Map();

const EARLY_MS = 5000;
/** When it was asked for what will be seen soon. */
const early = new Map();

/** The resource at `path`, asked for again unless it is being asked for. */
export function see(path) {
  const found = resources.get(path) ?? made(path);
  const asked_ago = performance.now() - early.get(path);
  early.delete(path);
  if (!(asked_ago < EARLY_MS)) look(path, found);
  return found;
}

/** What was there the last time, without asking; null if nobody has asked. */
export const lastSeen = (path) => (resources.get(path) ?? made(path)).peek().data;

/** Asks for what the next `see` of `path` shows. */
export function seeSoon(path) {
  see(path);
  early.set(path, performance.now());
}

/**
 * Asks again for everything that is shown and whose path begins with one of `prefixes`, after something was changed:
 * an answer that is under way may be from before, so it does not count.
 */
export const lookAgain = (...prefixes) =>
  Promise.all([...resources].filter(([path]) => prefixes.some((prefix) => path.startsWith(prefix))).map(([path, one]) => look(path, one, true)));

/** Every few seconds while the page is in front, until `stop()`; and when the network or the reader comes back. */
export function watch(again, milliseconds) {
  const now = () => document.visibilityState === "visible" && again();
  const timer = setInterval(now, milliseconds);
  for (const moment of ["online", "focus"]) addEventListener(moment, now);
  return () => {
    clearInterval(timer);
    for (const moment of ["online", "focus"]) removeEventListener(moment, now);
  };
}

/** Once everything that is being asked for is here, or at least a while has passed. */
export async function calm(milliseconds) {
  let over = false;
  const end = pause(milliseconds).then(() => (over = true));
  while (asking.size && !over) await Promise.race([Promise.all(asking), end]);
}

const stale = new WeakSet();
const asking = new Set();

function look(path, one, changed = false) {
  if (one.peek().loading) return void (changed && stale.add(one));
  const answer = looked(path, one).finally(() => asking.delete(answer));
  asking.add(answer);
  return answer;
}

async function looked(path, one) {
  one.value = { ...one.peek(), loading: true };
  try {
    const data = await get(path);
    if (stale.delete(one)) return void (one.value = { ...one.peek(), loading: false }, await look(path, one));
    const at = Date.now();
    if (KEEPS) store(PREFIX + path, { data, at });
    one.value = { data, at, loading: false, problem: null };
  } catch (problem) {
    one.value = { ...one.peek(), loading: false, problem };
  }
}

function made(path) {
  const one = signal({ data: null, at: 0, ...stored(PREFIX + path), loading: false, problem: null });
  resources.set(path, one);
  return one;
}

let whose = session.value?.session_id;
effect(() => {
  if (session.value?.session_id === whose) return;
  whose = session.value?.session_id;
  resources.clear();
  early.clear();
});
