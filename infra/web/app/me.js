/**
 * Who is signed in, with which wallets, and the mode they chose: standard, easy (长辈版) or social. The account decides,
 * and this browser remembers, so that the pages before a sign-in wear it too.
 */
import { lookAgain, see, seeSoon } from "/shared/seen.js";
import { call, signedIn, userId } from "/shared/session.js";
import { forget, onStored, store, stored } from "/shared/stored.js";
import { effect, signal, untracked } from "/shared/ui.js";

/** Asked for once, and again when something may have changed. */
export const me = () => see("/v1/me");
/** Above which amount a payment takes a step-up (`step_up_above`) or a guardian (`guardian_above`); null if none does. */
export function large(person, name) {
  const { currency, [name]: amount = null } = person.value.data?.large ?? {};
  return amount === null ? null : { currency, amount };
}
export const wallets = () => see("/v1/wallets");
export const cards = () => see("/v1/cards");
export const walletsSoon = () => seeSoon("/v1/wallets");
export const preferences = () => see("/v1/me/preferences");

const MODE = "app.mode";
const SIZE = "app.size";
/** Chosen here by somebody who had not signed in yet: their account hears of it. */
const CHOSEN = "app.mode-chosen";

export const MODES = ["standard", "easy", "social"];
export const SIZES = ["large", "larger", "largest"];

const known = (values, found) => values.find((one) => one === found) ?? values[0];
export const mode = signal(known(MODES, stored(MODE)));
export const size = signal(known(SIZES, stored(SIZE)));
onStored(MODE, (found) => (mode.value = known(MODES, found)));
onStored(SIZE, (found) => (size.value = known(SIZES, found)));

export function chooseSize(chosen) {
  store(SIZE, chosen);
  size.value = chosen;
}

/** Of the account if somebody is signed in; otherwise of this browser until somebody is. Throws Refused. */
export async function chooseMode(chosen) {
  if (signedIn.value) await tell(chosen);
  else store(CHOSEN, true);
  wear(chosen);
}

/** Mode and size on the root of the page. */
export const showMode = () =>
  effect(() => {
    document.documentElement.dataset.mode = mode.value;
    document.documentElement.dataset.size = size.value;
  });

/** What the account says of it, whenever that is heard. */
export const keepMode = () => effect(() => void (userId.value && queueMicrotask(untracked.bind(null, follow))));

let stop = () => {};

function follow() {
  stop();
  if (stored(CHOSEN)) chosenBefore();
  else {
    const mine = preferences();
    stop = effect(() => mine.value.data && wear(mine.value.data.ui_mode));
  }
}

function wear(chosen) {
  store(MODE, chosen);
  mode.value = chosen;
}

async function tell(chosen) {
  await call("PATCH", "/v1/me/preferences", { body: { ui_mode: chosen } });
  void lookAgain("/v1/me/preferences");
}

/** Whoever has a guardian is held to the easy mode: then the account's word stands. */
async function chosenBefore() {
  await tell(mode.peek()).catch(() => {});
  forget(CHOSEN);
  follow();
}
