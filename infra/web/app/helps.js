/** What helps the wallet to pay a bill: a coupon, bonus credit or points; one of them at a time, or none. */
import { bonusIn, lotSentence, mostBonus } from "/app/bonus.js";
import { coupons, discountOf, fitting, good, misfit, valueOf } from "/app/coupons.js";
import { bonuses, points } from "/app/owned.js";
import { leastOf, mostPoints, shownPoints, stepOf, worthOf, worthSentence } from "/app/points.js";
import { digits, money, readMoney, say, shownMoment, shownMoney } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

const LATEST_MS = 3000;
const late = signal(false);

/**
 * What a bill's screen keeps of it: `chosen` is the id of a way, "" for none, null while nothing was chosen: then it is
 * what is proposed; `typed`: how much of it; `without`: the id of a way that was refused.
 */
export function begunHelp(without) {
  setTimeout(() => (late.value = true), LATEST_MS);
  late.value = false;
  return { tickets: coupons(), credit: bonuses(), owned: points(), chosen: signal(null), typed: signal(null), without };
}
/** Whether it is known what there is, or has been waited for long enough: a bill can be paid without it. */
export const known = ({ tickets, credit, owned }) => late.value || [tickets, credit, owned].every(({ value }) => value.data !== null || value.problem !== null);

/** {what, id, name, discount (of the bill, at most)}: each way that fits; coupons first, the best first. */
function waysOf({ tickets, credit, owned, without }, bill) {
  const lot = bonusIn(credit, bill.currency);
  const most = lot ? mostBonus(lot, bill.amount) : 0;
  return [
    ...fitting(good(tickets, without), bill).map((one) => ({ what: "coupon", id: one.id, name: one.name, discount: discountOf(one, bill.amount), ends: one.valid_until })),
    ...(most > 0 && without !== "bonus" ? [{ what: "bonus", id: "bonus", name: "", discount: most, lot }] : []),
    ...(owned.value.data?.data ?? []).filter((one) => one.currency === bill.currency && one.programme_id !== without).flatMap((one) => byPoints(one, bill)),
  ];
}

function byPoints(programme, { amount }) {
  const most = mostPoints(programme, amount);
  return most ? [{ what: "points", id: programme.programme_id, name: programme.name, discount: worthOf(programme, most), points: most, programme }] : [];
}

/** Points are spent only by whoever says so. */
const proposed = (ways) => ways.filter(({ what }) => what !== "points").sort((one, other) => other.discount - one.discount)[0];

/** As much of it as was typed; `wrong`: why that cannot be. */
function applied(way, typed, { currency }) {
  if (!way || way.what === "coupon" || typed === null) return way;
  if (way.what === "bonus") {
    const discount = readMoney(typed, currency);
    return discount > 0 && discount <= way.discount ? { ...way, discount } : { ...way, discount: 0, wrong: say("help.bonus.most", { most: money(way.discount, currency) }) };
  }
  const [least, many] = [leastOf(way.programme), /^\d{1,9}$/.test(typed.trim()) ? Number(typed) : 0];
  const step = stepOf(way.programme);
  if (many >= least && many <= way.points && many % step === 0) return { ...way, points: many, discount: worthOf(way.programme, many) };
  return { ...way, points: 0, discount: 0, wrong: say(step > 1 ? "help.points.steps" : "help.points.between", { least, most: way.points, step }) };
}

/**
 * What a bill, {merchant_id, amount, currency}, is paid with → {ways, others (coupons that do not fit), help: the one of
 * the ways that is used, with `wrong` while what was typed cannot be, due: what the payer pays of their money}.
 */
export function helping(of, bill) {
  const ways = waysOf(of, bill);
  const chosen = of.chosen.value === "" ? undefined : (ways.find(({ id }) => id === of.chosen.value) ?? proposed(ways));
  const help = applied(chosen, of.typed.value, bill);
  return { ways, others: good(of.tickets, of.without).filter((one) => misfit(one, bill)), help, due: bill.amount - (help?.discount ?? 0) };
}
export const NO_HELP = ({ amount }) => ({ ways: [], others: [], due: amount });

/** What a bill comes to: before, what helps, what I pay. */
export const reckoning = ({ amount, currency }, { help, due }) => help && !help.wrong ? [
  [say("coupon.before"), shownMoney(amount, currency)],
  [say(`help.${help.what}`), shownMoney(-help.discount, currency)],
  [say("coupon.due"), html`<strong>${shownMoney(due, currency)}</strong>`],
] : [];

const TITLES = {
  coupon: ({ discount }, currency) => say("coupon.less", { amount: money(discount, currency) }),
  bonus: ({ discount }, currency) => say("help.bonus.pays", { amount: money(discount, currency) }),
  points: ({ discount, points: many }, currency) => say("help.points.pay", { points: shownPoints(many), amount: money(discount, currency) }),
};
const ABOUTS = {
  coupon: ({ name, ends }) => `${name} · ${say("coupon.ends", { when: shownMoment(ends) })}`,
  bonus: ({ lot }) => say("help.bonus.about", { available: money(lot.available, lot.currency), percent: lot.most_share_percent }),
  points: ({ name, programme }) => `${name} · ${say("help.points.have", { points: shownPoints(programme.balance) })}`,
};

/** What can help, the proposed one chosen, and none; why the rest do not fit; and how much of it, where that is theirs to say. */
export function Choose({ bill, of: { ways, others, help }, state: { chosen, typed } }) {
  const kinds = new Set(ways.map(({ what }) => what)).size;
  const alone = kinds === 1 && ways[0].what === "coupon";
  const choose = (id) => ((chosen.value = id), (typed.value = null));
  return html`
    ${ways.length > 0 && html`
      <fieldset class="coupons">
        <legend>${say(alone ? "coupon.choose" : "help.choose")}</legend>
        ${kinds > 1 && html`<p><small>${say("help.one")}</small></p>`}
        ${ways.map((one, at) => html`
          <label class="choice" key=${one.id}>
            <input type="radio" name="help" value=${one.id} checked=${one.id === help?.id} onChange=${() => choose(one.id)} />
            <span>${TITLES[one.what](one, bill.currency)}${at === 0 && ways.length > 1 && alone && ` · ${say("coupon.best")}`}<small>${ABOUTS[one.what](one)}</small></span>
          </label>`)}
        <label class="choice"><input type="radio" name="help" value="" checked=${!help} onChange=${() => choose("")} /><span>${say(alone ? "coupon.none" : "help.none")}<small>${say("coupon.none-about")}</small></span></label>
      </fieldset>`}
    ${help && help.what !== "coupon" && html`<${HowMuch} way=${ways.find(({ id }) => id === help.id)} wrong=${help.wrong} typed=${typed} currency=${bill.currency} />`}
    ${others.length > 0 && html`
      <details class="misfits">
        <summary>${say("coupon.others", { count: others.length })}</summary>
        <ul>${others.map((one) => html`<li key=${one.id}>${one.name}: ${valueOf(one)}<small>${misfit(one, bill)}</small></li>`)}</ul>
      </details>`}
  `;
}

function HowMuch({ way, wrong, typed, currency }) {
  const isPoints = way.what === "points";
  const most = isPoints ? String(way.points) : (way.discount / 10 ** digits(currency)).toFixed(digits(currency));
  const hint = isPoints ? worthSentence(way.programme) : say("help.bonus.first", { lot: lotSentence(way.lot.lots[0], currency) });
  return html`<${Field} name="how-much" label=${say(isPoints ? "help.points.how-many" : "help.bonus.how-much", { currency })} hint=${hint} problem=${wrong ?? ""} inputmode=${isPoints ? "numeric" : "decimal"} autocomplete="off" value=${typed.value ?? most} onInput=${(event) => (typed.value = event.target.value)} />`;
}
/** To what has to be put right before anything is paid. */
export const toHowMuch = () => document.getElementById("how-much")?.focus();
