/** Money that goes out: the ways to withdraw, what is offered, and a withdrawal as an intent. */
import { intend } from "/shared/intents.js";
import { sayOr } from "/shared/language.js";
import { see } from "/shared/seen.js";

export const methods = () => see("/v1/me/funding-methods");
export const offered = () => see("/v1/withdrawal-offers");

/** `Sandbox bank •••• 3000`. */
export const shownMethod = ({ processor, label }) => `${sayOr(`processor.${processor}`, processor)} ${label.replace(" ", "\u00a0")}`;

/** By the clock of this device, for what is shown: the API decides. */
export const cools = ({ usable_at }) => Date.parse(usable_at) > Date.now();

/** → the intent's id. `form`: of one opened form, which is sent once. */
export const withdraw = ({ wallet, amount, method, form }) =>
  intend({
    path: "/v1/withdrawals",
    body: { wallet_id: wallet.id, amount, currency: wallet.currency, funding_method_id: method.id },
    about: { what: "withdrawal", amount, currency: wallet.currency, to: shownMethod(method) },
    once: `withdraw ${form}`,
  });
