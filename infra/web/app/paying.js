/**
 * Paying a checkout and topping up as intents: what is sent, what is remembered of it, what makes two taps one.
 * Screens that begin one import `screens/result.js` with it, so that it is here when the network goes.
 */
import { told } from "/app/helped.js";
import { intend } from "/shared/intents.js";
import { money, say } from "/shared/language.js";
import { html } from "/shared/ui.js";

/**
 * → the intent's id. A checkout is paid once, however often it is meant; of one that several people pay, `amount` is my
 * part, and `form` is paid once. `confirmed`: also if it looks paid already; `card_id`: the prepaid card that pays it
 * instead of the wallet; `help`: what helps the wallet, as `noted` (helped.js); `family`: {id, name} of the family card
 * that pays it, while the wallet only says who does; `instalments`: {quote_id, quote_hash, plan, at_once} that was agreed to.
 */
export const payCheckout = (checkout, wallet_id, { confirmed = false, card_id = undefined, help = undefined, family = undefined, instalments = undefined, form = "" } = {}) =>
  intend({
    path: "/v1/payments",
    body: { wallet_id, checkout_id: checkout.id, ...(checkout.split && { amount: checkout.amount }), ...(confirmed && { confirm_duplicate: true }), ...(card_id && { card_id }), ...(help && told(help)), ...(family && { family_card_id: family.id }), ...agreed(instalments) },
    about: { what: "payment", checkout, wallet_id, card_id, help, family, instalments },
    once: checkout.split ? `part ${checkout.id} ${form}` : onceOf(checkout.id),
  });
/** → the intent's id: what was typed at a counter. `order.back` leads there again; `confirmed`, `help`, `family` and `instalments` as above. */
export const payShop = (order, wallet_id, { confirmed = false, help = undefined, family = undefined, instalments = undefined } = {}) => {
  const { merchant_id, store_id, amount, currency, order_reference } = order;
  const asked = { wallet_id, merchant_id, amount, currency, order_reference, ...(store_id && { store_id }) };
  const body = { ...asked, ...(confirmed && { confirm_duplicate: true }), ...(help && told(help)), ...(family && { family_card_id: family.id }), ...agreed(instalments) };
  return intend({ path: "/v1/payments", body, about: { what: "payment", checkout: order, wallet_id, help, family, instalments }, once: `shop ${order_reference}` });
};
/** The quote that was agreed to; the rest of it is remembered for people. */
const agreed = (instalments) => instalments && { instalments: { quote_id: instalments.quote_id, quote_hash: instalments.quote_hash } };
/** → the intent's id: my yes to a charge of my code. */
export const confirmCharge = (charge, wallet_id) =>
  intend({
    path: `/v1/charges/${charge.id}/confirm`,
    body: {},
    about: { what: "payment", checkout: charge, charge: charge.id, wallet_id },
    once: `charge ${charge.id}`,
  });
export const onceOf = (checkout_id) => `pay ${checkout_id}`;

/** `form`: of one opened form, which is sent once; `bonus`: {id} of one that comes with it; `then`: the path to go on to. */
export const topUp = ({ wallet, amount, way, bonus, form, then }) =>
  intend({
    path: "/v1/topups",
    body: { wallet_id: wallet.id, amount, currency: wallet.currency, ...way, ...(bonus && { bonus_id: bonus.id }) },
    about: { what: "topup", amount, currency: wallet.currency, then },
    once: `topup ${form}`,
  });

/** The id of a checkout in a link, a scanned code or what somebody typed; null if there is none. */
export const checkoutIn = (text) => /\bchk_[0-9a-z]{26}\b/.exec(text.trim().toLowerCase())?.[0] ?? null;

/** The id of a store, likewise. */
export const storeIn = (text) => /\bsto_[0-9a-z]{26}\b/.exec(text.trim().toLowerCase())?.[0] ?? null;

/** What is missing, and the way to it and back. */
export const TopUpFirst = ({ missing, currency, then }) => html`
  <p class="note" role="status">${say("checkout.missing", { missing: money(missing, currency) })}</p>
  <p><a class="button main" href=${`#/topup?amount=${missing}&currency=${currency}&then=${encodeURIComponent(then)}`}>${say("checkout.top-up", { missing: money(missing, currency) })}</a></p>
`;
