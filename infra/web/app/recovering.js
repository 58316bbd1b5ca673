/** A forgotten password, from the name to the new one; a reload in between loses nothing. */
import { ask, waited, waiting, waits } from "/app/entering.js";
import { newKey } from "/shared/door.js";
import { deviceToken } from "/shared/session.js";

const NAME = "app.recover";

/** {identifier, secret, sent}, or null of nobody. */
export const recovering = () => waiting(NAME);

export async function askForCode(identifier, secret = newKey()) {
  await ask("/v1/password-resets", { identifier, device_token: deviceToken(), reset_secret: secret });
  waits(NAME, { identifier, secret });
}

export async function setPassword(code, new_password) {
  const { identifier, secret } = recovering();
  await ask("/v1/password-resets/confirm", { identifier, code, new_password, reset_secret: secret });
  waited(NAME);
}
