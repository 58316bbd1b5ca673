/** Coupons: mine and what is offered, what each takes off which bill, and which one a bill is paid with. */
import { nameOf } from "/app/money.js";
import { language, money, say, shownMoment, shownMoney } from "/shared/language.js";
import { lookAgain, see } from "/shared/seen.js";
import { effect, html, signal } from "/shared/ui.js";

/** The newest ones are enough to pay with; the screen of coupons shows them all. */
export const MINE = "/v1/coupons";
export function coupons() {
  setTimeout(() => (late.value = true), LATEST_MS);
  late.value = false;
  return see(`${MINE}?limit=100`);
}
/** Whether it is known which there are, or has been waited for long enough: a bill can be paid without them. */
export const known = (mine) => late.value || mine.value.data !== null || mine.value.problem !== null;
const LATEST_MS = 3000;
const late = signal(false);

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

/** Names of shops where we know them; its terms say it in any case. */
export function placeOf({ merchant_ids }) {
  if (!merchant_ids.length) return say("coupon.everywhere");
  const names = merchant_ids.map((merchant_id) => nameOf({ merchant_id }));
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
function misfit(one, { merchant_id, amount, currency }) {
  if (one.currency !== currency) return say("coupon.not.currency", { currency: one.currency });
  if (one.merchant_ids.length && !one.merchant_ids.includes(merchant_id)) return say("coupon.not.here");
  if (amount < one.minimum_spend) return say("coupon.not.enough", { least: money(one.minimum_spend, one.currency) });
  return isEarly(one) ? say("coupon.not.yet", { since: shownMoment(one.valid_from) }) : "";
}

const good = (mine, without) => (mine.value.data?.data ?? []).filter((one) => one.id !== without && statusOf(one) === "active");
/** What fits, the best first: what takes most off; of equals, what runs out first. */
function fitting(all, bill) {
  const found = all.filter((one) => !misfit(one, bill));
  return found.sort((one, other) => discountOf(other, bill.amount) - discountOf(one, bill.amount) || (one.valid_until < other.valid_until ? -1 : 1));
}

/**
 * What a bill is paid with: `chosen` is the id of one, "" for none, null while nothing was chosen: then it is the best;
 * `without`: the id of one that was refused → {all that fit, others, coupon: {id, name, discount} or undefined, due:
 * what the payer pays}.
 */
export function helping(mine, bill, chosen, without) {
  const every = good(mine, without);
  const all = fitting(every, bill);
  const one = chosen === "" ? undefined : (all.find(({ id }) => id === chosen) ?? all[0]);
  const coupon = one && { id: one.id, name: one.name, discount: discountOf(one, bill.amount) };
  return { all, others: every.filter((one) => misfit(one, bill)), coupon, due: bill.amount - (coupon?.discount ?? 0) };
}

/** What a bill comes to: before, what the coupon takes off, what I pay. */
export const reckoning = ({ amount, currency }, { coupon, due }) => coupon ? [
  [say("coupon.before"), shownMoney(amount, currency)],
  [say("coupon.discount"), shownMoney(-coupon.discount, currency)],
  [say("coupon.due"), html`<strong>${shownMoney(due, currency)}</strong>`],
] : [];

/** The one that is proposed, the others, and none; and why the rest do not fit. */
export const Choose = ({ bill, of: { all, others, coupon }, chosen }) => html`
  ${all.length > 0 && html`
    <fieldset class="coupons">
      <legend>${say("coupon.choose")}</legend>
      ${all.map((one, at) => html`
        <label class="choice" key=${one.id}>
          <input type="radio" name="coupon" value=${one.id} checked=${one.id === coupon?.id} onChange=${() => (chosen.value = one.id)} />
          <span>${say("coupon.less", { amount: money(discountOf(one, bill.amount), bill.currency) })}${at === 0 && all.length > 1 && ` · ${say("coupon.best")}`}<small>${one.name} · ${say("coupon.ends", { when: shownMoment(one.valid_until) })}</small></span>
        </label>`)}
      <label class="choice"><input type="radio" name="coupon" value="" checked=${!coupon} onChange=${() => (chosen.value = "")} /><span>${say("coupon.none")}<small>${say("coupon.none-about")}</small></span></label>
    </fieldset>`}
  ${others.length > 0 && html`
    <details class="misfits">
      <summary>${say("coupon.others", { count: others.length })}</summary>
      <ul>${others.map((one) => html`<li key=${one.id}>${one.name}: ${valueOf(one)}<small>${misfit(one, bill)}</small></li>`)}</ul>
    </details>`}
`;
