/** What was filled in of money for others: it stays for whoever comes back to correct it, until it is sent or the page is closed. */
import { newKey } from "/shared/door.js";
import { done, mine } from "/shared/intents.js";
import { call, userId } from "/shared/session.js";

/** How long a check that is taken up again must still be good for. */
const LEAST_LEFT_MS = 120_000;

/**
 * `fresh()`: one that is empty → a function that gives {kept, refusal}: `kept.form` is sent once. Another once it was sent;
 * what was refused, and with which code, stays, to be corrected and sent under a new one.
 */
export function drafts(fresh) {
  let kept = null;
  return () => {
    const ofForm = ({ about }) => about.form === kept?.form;
    const ended = done().find(ofForm);
    const gone = kept?.user !== userId.peek() || mine().some(ofForm) || ended?.outcome.status < 400;
    if (gone) kept = { user: userId.peek(), form: newKey(), ...fresh() };
    else if (ended) kept.form = newKey();
    return { kept, refusal: gone ? undefined : ended?.outcome.body?.code };
  };
}

/** Who `identifier` is → what the API found. Throws Refused, NoAnswer. */
export const look = (identifier, name = "") =>
  call("POST", "/v1/payee-checks", { body: { identifier: identifier.trim(), ...(name.trim() && { name: name.trim() }) } });
export const isGood = ({ expires_at }) => Date.parse(expires_at) - Date.now() > LEAST_LEFT_MS;

/** As the API counts what is written for others: in bytes of its JSON. */
const NOTE_BYTES = 100;
export const isLong = (note) => new TextEncoder().encode(JSON.stringify(note.trim())).length - 2 > NOTE_BYTES;
