/** Bonuses that top-ups bring: what they promise, what is left of their budget; making one, stopping one. */
import { ask } from "/console/ask.js";
import { Count, Day, Named, Sum, wished } from "/console/promised.js";
import { Choice, bodies } from "/console/telling.js";
import { CURRENCIES, language, money, say, shownMoment } from "/shared/language.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export const BONUSES = "/v1/topup-bonuses";
const SUMS = ["least_topup", "bonus_amount", "most_bonus", "budget_sum"];
const NUMBERS = ["bonus_percent", "budget_count", "valid_days", "most_share_percent"];

/** `¥20.00 for ¥100.00 or more`. */
export const giftOf = ({ bonus_amount, bonus_percent, most_bonus, least_topup, currency }) =>
  bonus_percent
    ? say("bonuses.percent", { percent: bonus_percent, most: money(most_bonus, currency), least: money(least_topup, currency) })
    : say("bonuses.amount", { amount: money(bonus_amount, currency), least: money(least_topup, currency) });
/** What one can cost at most: that much of the budget each takes. */
export const mostOf = ({ bonus_amount, most_bonus }) => bonus_amount ?? most_bonus;
export const whenOf = ({ starts_at, ends_at }) =>
  [starts_at && say("bonuses.from", { from: shownMoment(starts_at) }), ends_at && say("bonuses.until", { until: shownMoment(ends_at) })].filter(Boolean).join(", ") || say("bonuses.always");

const isOver = ({ ends_at }) => Boolean(ends_at) && Date.parse(ends_at) <= Date.now();
export const stateOf = (one) => (one.status === "open" && isOver(one) ? "over" : one.status);
export const Standing = ({ of: one }) => html`<span class=${`state ${{ open: "good", stopped: "bad", over: "warn" }[stateOf(one)]}`}>${say(`bonuses.state.${stateOf(one)}`)}</span>`;

export const make = (made) =>
  ask({
    title: say("bonuses.make"),
    what: say("bonuses.make-what"),
    plain: true,
    fields: (wrong) => html`
      <${Named} wrong=${wrong} terms />
      <${Choice} name="currency" options=${Object.keys(CURRENCIES)} shown=${(one) => one} />
      <${Sum} name="least_topup" problem=${wrong("least_topup")} required />
      <${Sum} name="bonus_amount" problem=${wrong("bonus_amount")} />
      <${Count} name="bonus_percent" problem=${wrong("bonus_percent")} />
      <${Sum} name="most_bonus" problem=${wrong("most_bonus")} />
      <${Count} name="most_share_percent" problem=${wrong("most_share_percent")} required />
      <${Count} name="valid_days" problem=${wrong("valid_days")} required />
      <${Count} name="budget_count" problem=${wrong("budget_count")} required />
      <${Sum} name="budget_sum" problem=${wrong("budget_sum")} required />
      <${Day} name="starts_at" wrong=${wrong} />
      <${Day} name="ends_at" wrong=${wrong} />
      <label><input type="checkbox" name="once_per_person" />${say("console.promised-once_per_person-about")}</label>`,
    go: say("bonuses.make"),
    done: say("bonuses.made"),
    act: async (fields) => {
      const body = { name: bodies(fields, "name"), terms: bodies(fields, "terms"), currency: fields.currency, once_per_person: Boolean(fields.once_per_person) };
      made(await call("POST", BONUSES, { body: { ...body, ...wished(fields, { sums: SUMS, numbers: NUMBERS, times: ["starts_at", "ends_at"] }) } }));
    },
  });

export const stop = (one, again) =>
  ask({
    title: say("bonuses.stop"),
    what: say("bonuses.stop-what", { name: one.name[language.peek()] }),
    plain: true,
    word: say("bonuses.word.stop"),
    go: say("bonuses.stop"),
    done: say("bonuses.stopped"),
    act: async () => {
      await call("POST", `${BONUSES}/${one.id}/stop`);
      await again();
    },
  });
