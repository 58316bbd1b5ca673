/** What the screens about webhooks have in common: what a server can be told of. */
import { sayOr } from "/shared/language.js";

const TOLD = {
  payment: ["authorized", "captured", "voided", "expired"],
  refund: ["succeeded"],
  checkout: ["paid"],
  settlement: ["created"],
  payout: ["succeeded", "failed"],
  dispute: ["opened", "closed"],
};
/** `ping` comes whatever was chosen, when it is asked for. */
export const EVENT_TYPES = Object.entries(TOLD).flatMap(([what, ends]) => ends.map((end) => `${what}.${end}`));

export const named = (type) => sayOr(`hooks.type.${type}`, type);
