/** Bonus credit: what a top-up brings, until when that is good, and how much of a purchase it may pay. */
import { lastDay } from "/app/points.js";
import { money, say } from "/shared/language.js";

export const bonusIn = (mine, currency) => mine.value.data?.data.find((one) => one.currency === currency && one.available > 0);
export const lotSentence = ({ left, expires_at }, currency) => say("bonus.lot", { left: money(left, currency), day: lastDay(expires_at) });

/** What a top-up of `amount` brings beside it: as the API does it, rounded down. */
export function broughtBy({ bonus_amount, bonus_percent, most_bonus, least_topup }, amount) {
  if (!(amount >= least_topup)) return 0;
  return bonus_percent ? Math.min(Math.floor((amount * bonus_percent) / 100), most_bonus) : bonus_amount;
}
/** `¥20.00`; `10%, at most ¥50.00`. */
export const giftOf = ({ bonus_amount, bonus_percent, most_bonus, currency }) =>
  bonus_percent ? say("bonus.percent", { percent: bonus_percent, most: money(most_bonus, currency) }) : say("bonus.amount", { amount: money(bonus_amount, currency) });

/** How much of a bill it may pay: each part as much as its own rule leaves room for, the soonest to end first. */
export const mostBonus = ({ lots }, amount) =>
  lots.reduce((total, { left, most_share_percent }) => total + Math.max(0, Math.min(left, Math.floor((amount * most_share_percent) / 100) - total)), 0);
