/** A sign-up under way, from the form to the code; a reload finds it again, though not its password. */
import { ask, device, waited, waiting, waits } from "/app/entering.js";
import { newKey } from "/shared/door.js";
import { enter } from "/shared/session.js";

const NAME = "app.sign-up";
let asked = null;

/** {identifier, secret, sent}, or null of nobody. */
export const joining = () => waiting(NAME);
/** Whether the code can be sent once more without the form. */
export const mayAskAgain = () => asked !== null;

export async function askToJoin(wish) {
  const secret = newKey();
  asked = { ...wish, sign_up_secret: secret };
  await ask("/v1/users", asked);
  waits(NAME, { identifier: wish.identifier, secret });
}

export async function askAgain() {
  await ask("/v1/users", asked);
  waits(NAME, joining());
}

/** With the right code: signed in, in a wallet of their own. */
export async function join(code) {
  const { identifier, secret } = joining();
  const { device_name, device_token } = device();
  const welcome = await ask("/v1/users/verify", { identifier, code, device_name, device_token, sign_up_secret: secret });
  waited(NAME);
  asked = null;
  enter(welcome);
}
