/** Requests to the API, as an app makes them: one key per intention, and the same key again when no answer comes. */
import { language } from "/shared/language.js";
import { signal } from "/shared/ui.js";

const TRIES = 8;
const LATER = [503, 429];
/** The longest pause that `insist` sits out; whoever is told to wait longer hears of it. */
const SOON_SECONDS = 5;

/** False after a request without an answer, or once the device says that there is no network, until an answer comes. */
export const reachable = signal(navigator.onLine);
addEventListener("offline", () => (reachable.value = false));

/** The problem that an answer of 503 `maintenance` held, until the API answers otherwise. */
export const maintenance = signal(null);

/** The connection ended without an answer: nobody knows yet whether it happened. */
export class NoAnswer extends Error {}

/** The answer was a problem (RFC 9457); `answer.body` holds it. */
export class Refused extends Error {
  constructor(answer) {
    super(answer.body?.title ?? answer.text);
    this.answer = answer;
  }
}

/** One request → {status, kind (media type), text, body (parsed, or null), bytes, replayed, wait (seconds), milliseconds}. Throws NoAnswer. */
export async function send(method, path, { token, key, body, raw, headers = {} } = {}) {
  const began = performance.now();
  const sent = { "Accept-Language": language.value, ...headers };
  if (token) sent.Authorization = `Bearer ${token}`;
  if (key) sent["Idempotency-Key"] = key;
  if (body) sent["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, {
      method,
      headers: sent,
      body: raw ?? (body && JSON.stringify(body)),
      cache: "no-store",
    });
    const bytes = await answer.arrayBuffer();
    const said = read(bytes);
    reachable.value = true;
    maintenance.value = said.body?.code === "maintenance" ? said.body : null;
    const replayed = answer.headers.get("Idempotent-Replayed") === "true";
    const wait = Number(answer.headers.get("Retry-After"));
    const kind = answer.headers.get("Content-Type") ?? "";
    return { ...said, status: answer.status, kind, replayed, wait, milliseconds: Math.round(performance.now() - began) };
  } catch (problem) {
    reachable.value = false;
    throw new NoAnswer(`${method} ${path}`, { cause: problem });
  }
}

/** `send`, again with the same key while there is no answer or it says "soon": safe for whatever carries a key. */
export async function insist(method, path, options) {
  for (let left = TRIES; ; left -= 1) {
    try {
      const answer = await send(method, path, options);
      const later = LATER.includes(answer.status) || answer.body?.code === "in-flight";
      if (left === 1 || !later || answer.wait > SOON_SECONDS) return answer;
    } catch (problem) {
      if (left === 1 || !(problem instanceof NoAnswer)) throw problem;
    }
    await pause(250 + Math.random() * 500);
  }
}

/** Whether the API itself refuses: whatever stands between may answer with any status, and knows nothing. */
export const isProblem = ({ status, kind, body }) =>
  kind?.startsWith("application/problem+json") && body?.status === status && typeof body.code === "string";

/** The body of an answer that must be a success. Throws Refused. */
export function good(answer) {
  if (answer.status >= 400) throw new Refused(answer);
  return answer.body;
}

export const newKey = () => crypto.randomUUID();
export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function read(bytes) {
  const text = new TextDecoder().decode(bytes);
  try {
    return { bytes, text, body: JSON.parse(text) };
  } catch {
    return { bytes, text, body: null };
  }
}
