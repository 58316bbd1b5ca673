/** Prepaid cards: what a shop offers, buying one and taking its principal back, as intents. */
import { intend } from "/shared/intents.js";
import { money, say, shownDate } from "/shared/language.js";
import { see } from "/shared/seen.js";

export const plansOf = (merchant) => see(`/v1/card-plans?merchant_id=${encodeURIComponent(merchant)}&limit=100`);
export const shopOf = (merchant) => `/shops/${merchant}/cards`;

export const totalOf = (plan) => plan.price + plan.purchase_fee;
/** The last day on which a bonus is good: it ends as the day after begins. */
export const lastDay = (expires_at) => shownDate(Date.parse(expires_at) - 1, { dateStyle: "long" });
export const untilOf = (expires_at) => (expires_at ? say("card.until", { day: lastDay(expires_at) }) : say("card.for-ever"));
/** `¥100.00 of your own, ¥20.00 bonus`. */
export const partsOf = ({ principal, bonus, currency }) =>
  say(bonus ? "card.parts" : "card.parts.own", { own: money(principal, currency), bonus: money(bonus, currency) });

/** → the intent's id. The terms go with it as they were shown; `form`: of one opened form, which is sent once. */
export const buy = (plan, wallet_id, form) =>
  intend({
    path: "/v1/cards",
    body: {
      wallet_id,
      plan_id: plan.id,
      agreed: { price: plan.price, bonus: plan.bonus, fee: plan.purchase_fee, bonus_expires_at: plan.bonus_expires_at },
    },
    about: { what: "card", amount: totalOf(plan), currency: plan.currency, to: plan.merchant_name, back: shopOf(plan.merchant_id) },
    once: `card ${form}`,
  });

/** → the intent's id. */
export const takeBack = (card, form) =>
  intend({
    path: `/v1/cards/${card.id}/refund`,
    body: {},
    about: { what: "card-refund", amount: card.principal, currency: card.currency, name: card.merchant_name, back: `/cards/${card.id}` },
    once: `card-refund ${form}`,
  });
