/** What the screens before signing in share. */
import { good, insist } from "/shared/door.js";
import { knows, say } from "/shared/language.js";
import { wrong } from "/shared/parts.js";
import { deviceToken } from "/shared/session.js";
import { forget, store, stored } from "/shared/stored.js";

/** Browsers name one that does not exist, so that nobody relies on the list (GREASE), and the engine beside their own. */
const NO_BRAND = /not.*brand/i;
const ENGINE = "Chromium";

/** A request of nobody → the answer's body. Throws Refused, NoAnswer. */
export const ask = async (path, body) => good(await insist("POST", path, { body }));

/** What lets a sign-in know this device again. */
export const device = () => ({ device_name: deviceName(), device_token: deviceToken() });

/** `Google Chrome · Android`, as far as the browser says. */
export function deviceName() {
  const { brands = [], platform } = navigator.userAgentData ?? {};
  const named = brands.map((one) => one.brand).filter((one) => !NO_BRAND.test(one));
  const brand = named.find((one) => one !== ENGINE) ?? named[0];
  return [brand, platform].filter(Boolean).join(" · ").slice(0, 64) || undefined;
}

/** Somebody who waits for a code, under `name`; a reload finds them again. */
export const waits = (name, about) => store(name, { ...about, sent: Date.now() });
export const waiting = (name) => stored(name);
export const waited = (name) => forget(name);

/** What is wrong with a field, in words that help with that field. */
export function wrongField(problem, param) {
  const found = wrong(problem, param);
  const key = `wrong.${param}`;
  return found && !problem.answer.body.reason && knows(key) ? say(key) : found;
}
