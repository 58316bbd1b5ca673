/** Coupons: mine and what is offered, what each takes off which bill, and which ones fit it. */
import { nameOf } from "/app/money.js";
import { language, money, say, shownMoment } from "/shared/language.js";
import { lookAgain, see } from "/shared/seen.js";
import { effect } from "/shared/ui.js";

/** The newest ones are enough to pay with; the screen of coupons shows them all. */
export const MINE = "/v1/coupons";
export const coupons = () => see(`${MINE}?limit=100`);

/** Names and terms come in the reader's language. */
let spoken = language.value;
effect(() => {
  if (language.value === spoken) return;
  spoken = language.value;
  void lookAgain(MINE);
});

/** `¥5.00 off`; `30% off, at most ¥20.00`. */
export const valueOf = ({ amount_off, percent_off, most_off, currency }) =>
  percent_off === null ? say("coupon.amount-off", { amount: money(amount_off, currency) }) : say("coupon.percent-off", { percent: percent_off, most: money(most_off, currency) });

/** Rounded down, never more than the bill: as the API does it. */
export function discountOf({ amount_off, percent_off, most_off }, amount) {
  const asked = percent_off === null ? amount_off : Math.floor((amount * percent_off) / 100);
  return Math.min(asked, amount_off ?? most_off, amount);
}

export const minimumOf = ({ minimum_spend, currency }) => (minimum_spend ? say("coupon.from", { least: money(minimum_spend, currency) }) : say("coupon.any"));

/** Names of shops where we know them, and kinds of shops; its terms say it in any case. */
export function placeOf({ merchant_ids, categories }) {
  if (!merchant_ids.length && !categories.length) return say("coupon.everywhere");
  const names = [...merchant_ids.map((merchant_id) => nameOf({ merchant_id })), ...categories.map((one) => say(`categories.${one}`))];
  return names.every(Boolean) ? names.join(say("coupon.and")) : say("coupon.certain-shops");
}

export const isEarly = ({ valid_from }, at = Date.now()) => Date.parse(valid_from) > at;
/** A coupon that runs out while the page is open has run out, whatever was heard before. */
export const statusOf = ({ status, valid_until }) => (status === "active" && Date.parse(valid_until) <= Date.now() ? "expired" : status);
export const termsOf = (one) => [
  [say("coupon.minimum"), minimumOf(one)],
  [say("coupon.where"), placeOf(one)],
  [say("coupon.since"), isEarly(one) && shownMoment(one.valid_from)],
  [say("coupon.until"), shownMoment(one.valid_until)],
];

/** Why a coupon that is still good does not fit a bill, {merchant_id, amount, currency}: in words; "" if it does. */
export function misfit(one, { merchant_id, amount, currency }) {
  if (one.currency !== currency) return say("coupon.not.currency", { currency: one.currency });
  if (one.merchant_ids.length && !one.categories.length && !one.merchant_ids.includes(merchant_id)) return say("coupon.not.here");
  if (amount < one.minimum_spend) return say("coupon.not.enough", { least: money(one.minimum_spend, one.currency) });
  return isEarly(one) ? say("coupon.not.yet", { since: shownMoment(one.valid_from) }) : "";
}

export const good = (mine, without) => (mine.value.data?.data ?? []).filter((one) => one.id !== without && statusOf(one) === "active");
/** What fits, the best first: what takes most off; of equals, what runs out first. */
export function fitting(all, bill) {
  const found = all.filter((one) => !misfit(one, bill));
  return found.sort((one, other) => discountOf(other, bill.amount) - discountOf(one, bill.amount) || (one.valid_until < other.valid_until ? -1 : 1));
}
