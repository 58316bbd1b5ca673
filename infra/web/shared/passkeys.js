/** Passkeys of this device, made and used; the package that speaks WebAuthn comes when it is needed. */
import { NoAnswer, Refused } from "/shared/door.js";
import { Trouble } from "/shared/parts.js";

/** Whether this browser has passkeys at all: not on a page without TLS, nor in some in-app browsers. */
export const passkeysHere = () => globalThis.PublicKeyCredential !== undefined;

let suggesting = false;
const load = () => import("/packages/@simplewebauthn/browser/esm/index.js");

/** The signed answer to `optionsJSON`, null if the person closed the window. Throws Trouble. */
export const signed = (optionsJSON) =>
  asked(optionsJSON.rpId, async () => (await load()).startAuthentication({ optionsJSON }));

/** A new passkey for `optionsJSON`, null likewise. Throws Trouble. */
export const made = (optionsJSON) =>
  asked(optionsJSON.rp.id, async () => (await load()).startRegistration({ optionsJSON }));

/** The passkey that the person picks among the suggestions of a field; null if none, or on a browser without them. */
export async function suggested(options) {
  if (!(await globalThis.PublicKeyCredential?.isConditionalMediationAvailable?.())) return null;
  const { startAuthentication } = await load();
  const work = async () => startAuthentication({ optionsJSON: await options(), useBrowserAutofill: true });
  suggesting = true;
  return work().catch(() => null);
}

/** No suggestions any more. */
export async function stopSuggesting() {
  if (suggesting) (await load()).WebAuthnAbortService.cancelCeremony();
  suggesting = false;
}

async function asked(home, work) {
  try {
    return await work();
  } catch (problem) {
    if (problem instanceof NoAnswer || problem instanceof Refused) throw problem;
    const name = problem.cause?.name ?? problem.name;
    if (["NotAllowedError", "AbortError"].includes(name)) return null;
    if (name === "SecurityError") throw new Trouble("passkey.elsewhere", { address: home });
    if (name === "InvalidStateError") throw new Trouble("passkey.known");
    throw new Trouble("passkey.unable", {}, problem);
  }
}
