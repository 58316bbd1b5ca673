/** Templates of coupons: what they promise, how it is shown, making one, stopping it, issuing its coupons to people. */
import { ask } from "/console/ask.js";
import { Boxes, chosen } from "/console/categories.js";
import { Bodies, bodies, Choice } from "/console/telling.js";
import { CURRENCIES, readMoney, say, shownMoment, shownMoney } from "/shared/language.js";
import { About, Field, Filled } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export const TEMPLATES = "/v1/coupon-templates";
const MOST_PEOPLE = 50;

/** `¥5.00 off`; `30% off, at most ¥20.00`. */
export const valueOf = ({ amount_off, percent_off, most_off, currency }) =>
  percent_off === null ? say("template.amount-off", { amount: shownMoney(amount_off, currency) }) : say("template.percent-off", { percent: percent_off, most: shownMoney(most_off, currency) });

/** `30 days after it is issued, until 31 Dec 2026 at the latest`. */
export function validityOf({ starts_at, ends_at, valid_days }) {
  const until = ends_at && say("template.ends", { until: shownMoment(ends_at) });
  return [starts_at && say("template.starts", { from: shownMoment(starts_at) }), valid_days && say("template.days", { days: valid_days }), until].filter(Boolean).join(", ");
}

/** Its last coupon has run out before it could be issued. */
const isOver = ({ ends_at }) => ends_at !== "" && Date.parse(ends_at) <= Date.now();
export const stateOf = (one) => (one.status === "open" && isOver(one) ? "over" : one.status);
export const TemplateState = ({ of: one }) => html`<span class=${`state ${{ open: "good", stopped: "bad", over: "warn" }[stateOf(one)]}`}>${say(`template.state.${stateOf(one)}`)}</span>`;

const Amount = ({ name, wrong, ...more }) => html`<${Field} name=${name} problem=${wrong(name)} label=${say(`console.template-${name}`)} hint=${say(`console.template-${name}-about`)} inputmode="decimal" autocomplete="off" ...${more} />`;
const Day = ({ name, wrong }) => html`<${Field} name=${name} problem=${wrong(name)} type="datetime-local" label=${say(`console.template-${name}`)} hint=${say(`console.template-${name}-about`)} />`;
const LANGS = { en: "en", zh: "zh-Hans" };

const Promised = ({ wrong }) => html`
  ${Object.entries(LANGS).map(([tongue, lang]) => html`<${Field} key=${tongue} name=${`name-${tongue}`} problem=${wrong(`name.${tongue}`) || wrong("name")} label=${say(`console.template-name-${tongue}`)} lang=${lang} maxlength="64" autocomplete="off" required />`)}
  <${Bodies} name="terms" wrong=${wrong} />
  <${Choice} name="currency" options=${Object.keys(CURRENCIES)} shown=${(one) => one} />
  <${Amount} name="amount_off" wrong=${wrong} />
  <${Field} name="percent_off" problem=${wrong("percent_off")} label=${say("console.template-percent_off")} hint=${say("console.template-percent_off-about")} inputmode="numeric" autocomplete="off" />
  <${Amount} name="most_off" wrong=${wrong} />
  <${Amount} name="minimum_spend" wrong=${wrong} defaultValue="0" />
  <${Field} name="merchants" problem=${wrong("merchant_ids")} label=${say("console.template-merchants")} hint=${say("console.template-merchants-about")} autocomplete="off" spellcheck="false" />
  <${Boxes} title=${say("console.template-categories")} />
  <${Field} name="budget_count" problem=${wrong("budget_count")} label=${say("console.template-budget_count")} hint=${say("console.template-budget_count-about")} inputmode="numeric" autocomplete="off" required />
  <${Amount} name="budget_sum" wrong=${wrong} required />
  <${Field} name="valid_days" problem=${wrong("valid_days")} label=${say("console.template-valid_days")} hint=${say("console.template-valid_days-about")} inputmode="numeric" autocomplete="off" />
  <${Day} name="starts_at" wrong=${wrong} />
  <${Day} name="ends_at" wrong=${wrong} />
  <label><input type="checkbox" name="public" />${say("console.template-public-about")}</label>
`;

const SUMS = ["amount_off", "most_off", "minimum_spend", "budget_sum"];
const NUMBERS = ["percent_off", "valid_days", "budget_count"];
const TIMES = ["starts_at", "ends_at"];

/** Of the form's strings what the API takes: what was left empty is left out, what is no number goes as it was typed. */
function wished(fields) {
  const of = (names, read) => Object.fromEntries(names.filter((name) => fields[name]).map((name) => [name, read(fields[name])]));
  const whole = (typed) => (/^\d+$/.test(typed.trim()) ? Number(typed) : typed);
  return {
    name: bodies(fields, "name"),
    terms: bodies(fields, "terms"),
    currency: fields.currency,
    merchant_ids: listed(fields.merchants),
    categories: chosen(fields),
    public: Boolean(fields.public),
    ...of(SUMS, (typed) => readMoney(typed, fields.currency) ?? typed),
    ...of(NUMBERS, whole),
    ...of(TIMES, (typed) => new Date(typed).toISOString()),
  };
}

const listed = (typed) => typed.split(/[\s,;，、]+/).filter(Boolean);

export const make = (made) =>
  ask({
    title: say("template.make"),
    what: say("template.make-what"),
    plain: true,
    fields: (wrong) => html`<${Promised} wrong=${wrong} />`,
    go: say("template.make"),
    done: say("template.made"),
    act: async (fields) => made(await call("POST", TEMPLATES, { body: wished(fields) })),
  });

export const stop = (one, again) =>
  ask({
    title: say("template.stop"),
    what: say("template.stop-what", { name: one.name.en }),
    plain: true,
    word: say("template.word.stop"),
    go: say("template.stop"),
    done: say("template.stopped"),
    act: async () => {
      await call("POST", `${TEMPLATES}/${one.id}/stop`);
      await again();
    },
  });

const People = ({ problem: found }) => html`
  <${Filled} name="people" problem=${found}>${(problem) => html`
    <label class="field" for="people"><span>${say("console.template-people")}</span>
      <textarea id="people" name="people" rows="4" spellcheck="false" required aria-describedby="people-about" aria-invalid=${problem ? "true" : undefined} />
      <${About} id="people" hint=${say("console.template-people-about", { most: MOST_PEOPLE })} problem=${problem} />
    </label>`}<//>
`;

/** `issued` gets what became of it for each of them. */
export const issue = (one, issued) =>
  ask({
    title: say("template.issue"),
    what: say("template.issue-what"),
    fields: (wrong) => html`
      <${Field} name="campaign" problem=${wrong("campaign")} label=${say("console.template-campaign")} hint=${say("console.template-campaign-about")} autocomplete="off" spellcheck="false" required />
      <${People} problem=${wrong("people")} />`,
    go: say("template.issue"),
    act: async ({ campaign, people, reason }) => issued((await call("POST", `${TEMPLATES}/${one.id}/issues`, { body: { campaign: campaign.trim(), people: listed(people), reason } })).data),
  });
