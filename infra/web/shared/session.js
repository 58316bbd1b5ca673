/**
 * Being signed in: tokens that all tabs share, refreshed by one tab at a time, and requests that carry them.
 *
 * The clock of the device decides nothing: a token is taken for old when the API says so, or `expires_in` seconds of
 * running time after it came.
 */
import { good, insist, isProblem, Refused, send } from "/shared/door.js";
import { computed, signal } from "/shared/ui.js";
import { forget, forgetAll, onStored, store, stored } from "/shared/stored.js";

const MARGIN_MS = 30_000;
const area = document.documentElement.dataset.area;
const NAME = `${area}.session`;
const DEVICE = `${area}.device`;

/**
 * {access_token, refresh_token, session_id}, or null of nobody; of a till {access_token, session_id, subject, about}: one
 * token, and nothing to renew it by.
 */
export const session = signal(stored(NAME));
export const signedIn = computed(() => session.value !== null);
/** Whose session it is: the subject of the access token (RFC 7519 §4.1.2), "" of nobody. */
export const userId = computed(() => (session.value ? (session.value.subject ?? claims(session.value.access_token).sub) : ""));
/** Who of a merchant's people it is; undefined of whoever acts for themselves. */
export const staffId = computed(() => session.value?.about?.staff_id);
/** Whether the API takes this device for new: until that is over, nobody sets up their first way to confirm on it. */
export const newHere = computed(() => session.value !== null && !session.value.subject && isNew(claims(session.value.access_token)));
/** Whoever works at the console sets up a second factor anywhere: without one they may do nothing else. */
const isNew = ({ risk, role }) => Boolean(risk) && role === "customer";
/** Why a session ended by itself (`expired`), until somebody signs in again. */
export const ended = signal("");

let good_until = 0;
let prove = null;

onStored(NAME, (found) => (session.value = found));

/** `ask(methods, about)` shows how to step up, and what for, and resolves to whether it was done; see `shared/prove.js`. */
export const provedBy = (ask) => (prove = ask);

/** Tokens of a sign-in, a sign-up, a refresh or a step-up. */
export function enter(tokens) {
  const { access_token, refresh_token = session.value?.refresh_token, session_id = session.value?.session_id } = tokens;
  if (tokens.device_token) store(DEVICE, tokens.device_token);
  good_until = performance.now() + tokens.expires_in * 1000 - MARGIN_MS;
  session.value = { access_token, refresh_token, session_id };
  ended.value = "";
  store(NAME, session.value);
}

/** A till's session, for as long as its token lives; `about`: whatever its screens want to know of it. */
export function hold({ access_token, session_id, subject, about }) {
  session.value = { access_token, session_id, subject, about };
  ended.value = "";
  store(NAME, session.value);
}

/** What makes this browser a known device, for a sign-in. */
export const deviceToken = () => stored(DEVICE) ?? undefined;

/** Away from this browser: tokens and whatever was kept of this person. */
export function leave(reason = "") {
  forget(NAME);
  forgetAll(`${area}.seen.`);
  ended.value = reason;
  session.value = null;
}

/** A request of the person who is signed in → the answer's body. Throws Refused, NoAnswer. */
export const call = async (method, path, options) => good(await ask(method, path, options));
export const get = (path) => call("GET", path);

/** The bytes of a file. Throws Refused, NoAnswer. */
export async function file(path) {
  const answer = await ask("GET", path);
  good(answer);
  return answer.bytes;
}

/**
 * The answer, whatever it is, after a refresh or a step-up where it takes one; `about`: what an intent is about. Another
 * tab may have signed somebody else in meanwhile: nothing is sent in their name.
 */
export async function ask(method, path, options = {}) {
  const whose = who();
  let answer = await carried(method, path, options);
  if (over(answer) && (await refresh()) && who() === whose) answer = await carried(method, path, options);
  if (over(answer) && who() === whose) expire();
  if (answer.body?.code === "step-up-required" && (await prove?.(answer.body.methods.split(" ").filter(Boolean), options.about)))
    answer = await carried(method, path, options);
  return answer;
}

/** An answer that comes after somebody has left by themselves ends nothing. */
const expire = () => session.value && leave("expired");

/** A password that was wrong is also answered by 401, and ends no session; nor does a 401 of somebody in between. */
const over = (answer) => answer.status === 401 && isProblem(answer) && answer.body.code !== "invalid-credentials";
const who = () => `${userId.value} ${staffId.value ?? ""}`;

/** New tokens: they know what has just been set up or removed. */
export const renew = () => refresh();

/** Signs out here; the API hears of it if it can be reached. */
export async function signOut() {
  await call("DELETE", "/v1/sessions/current").catch(() => {});
  leave();
}

const claims = (token) => JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));

async function carried(method, path, { patient = true, ...options }) {
  const whose = who();
  if (session.value && good_until && performance.now() > good_until) await refresh();
  if (!session.value || who() !== whose) throw new Refused({ status: 401, body: null, text: "" });
  const how = patient ? insist : send;
  return how(method, path, { ...options, token: session.value?.access_token });
}

/** Whether there is a newer access token now. One tab refreshes; the others take what it got. */
async function refresh() {
  const stale = session.value?.access_token;
  const work = async () => {
    const known = stored(NAME);
    if (!known) return expire(), false;
    if (known.access_token !== stale) return (session.value = known), true;
    if (!known.refresh_token) return expire(), false;
    const answer = await insist("POST", "/v1/sessions/refresh", { body: { refresh_token: known.refresh_token } });
    if (answer.status >= 400 && (!isProblem(answer) || answer.status >= 500 || answer.status === 429)) throw new Refused(answer);
    if (answer.status >= 400) return expire(), false;
    return enter(answer.body), true;
  };
  return navigator.locks ? navigator.locks.request(NAME, work) : work();
}
