/** Programmes of points: what they promise, how points are earned in them, what they become; making each, ending each. */
import { ask } from "/console/ask.js";
import { Boxes, chosen } from "/console/categories.js";
import { Count, Day, Named, Sum, wished } from "/console/promised.js";
import { Choice, bodies } from "/console/telling.js";
import { CURRENCIES, language, money, say, shownMoment } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export const PROGRAMMES = "/v1/points-programmes";
const KINDS = ["payment", "topup"];

/** `100 points pay ¥1.00`. */
export const worthOf = ({ worth, currency }) => say("programme.worth", { points: worth.points, amount: money(worth.amount, currency) });
/** `1 point for each ¥1.00 paid, twice`. */
export const earnsOf = ({ kind, points, per_amount, times }, currency) =>
  [say(`programme.earns.${kind}`, { points, amount: money(per_amount, currency) }), times > 1 && say("programme.times", { times })].filter(Boolean).join(", ");
export const whereOf = ({ merchant_ids = [], categories = [] }) => [...merchant_ids, ...categories.map((one) => say(`categories.${one}`))].join(say("programme.and")) || say("programme.everywhere");
/** `from … until …`. */
export const whenOf = ({ starts_at, ends_at }) =>
  [starts_at && say("programme.from", { from: shownMoment(starts_at) }), ends_at && say("programme.until", { until: shownMoment(ends_at) })].filter(Boolean).join(", ") || say("programme.always");

const TONES = { open: "good", later: "warn", stopped: "bad", ended: "bad", over: "warn" };
/** How a rule stands. */
export function standingOf({ ended_at, starts_at, ends_at }, now = Date.now()) {
  if (ended_at) return "ended";
  if (ends_at && Date.parse(ends_at) <= now) return "over";
  return starts_at && Date.parse(starts_at) > now ? "later" : "open";
}
export const Standing = ({ of: status }) => html`<span class=${`state ${TONES[status]}`}>${say(`programme.state.${status}`)}</span>`;

export const make = (made) =>
  ask({
    title: say("programme.make"),
    what: say("programme.make-what"),
    plain: true,
    fields: (wrong) => html`
      <${Named} wrong=${wrong} terms />
      <${Choice} name="currency" options=${Object.keys(CURRENCIES)} shown=${(one) => one} />
      <${Count} name="worth_points" problem=${wrong("worth.points") || wrong("worth")} required />
      <${Sum} name="worth_amount" problem=${wrong("worth.amount")} required />
      <${Count} name="least_points" problem=${wrong("least_points")} required />
      <${Count} name="expire_after_months" problem=${wrong("expire_after_months")} required />`,
    go: say("programme.make"),
    done: say("programme.made"),
    act: async (fields) => {
      const { worth_points: points, worth_amount: amount, ...rest } = wished(fields, { sums: ["worth_amount"], numbers: ["worth_points", "least_points", "expire_after_months"] });
      const body = { name: bodies(fields, "name"), terms: bodies(fields, "terms"), currency: fields.currency, worth: { points, amount }, ...rest };
      made(await call("POST", PROGRAMMES, { body }));
    },
  });

/** `again` looks anew at what is shown. */
export const stop = (one, again) =>
  ask({
    title: say("programme.stop"),
    what: say("programme.stop-what", { name: one.name[language.peek()] }),
    plain: true,
    word: say("programme.word.stop"),
    go: say("programme.stop"),
    done: say("programme.stopped"),
    act: async () => {
      await call("POST", `${PROGRAMMES}/${one.id}/stop`);
      await again();
    },
  });

export const addRule = (one, again) =>
  ask({
    title: say("programme.rule.add"),
    what: say("programme.rule.what"),
    plain: true,
    fields: (wrong) => html`
      <${Named} wrong=${wrong} />
      <${Choice} name="kind" options=${KINDS} shown=${(kind) => say(`programme.kind.${kind}`)} label=${say("console.programme-kind")} />
      <${Count} name="points" problem=${wrong("points")} required />
      <${Sum} name="per_amount" problem=${wrong("per_amount")} required />
      <${Count} name="times" problem=${wrong("times")} defaultValue="1" />
      <${Field} name="merchants" problem=${wrong("merchant_ids")} label=${say("console.promised-merchants")} hint=${say("console.promised-merchants-about")} autocomplete="off" spellcheck="false" />
      <${Boxes} title=${say("console.programme-categories")} />
      <${Day} name="starts_at" wrong=${wrong} />
      <${Day} name="ends_at" wrong=${wrong} />`,
    go: say("programme.rule.add"),
    done: say("programme.rule.added"),
    act: async (fields) => {
      const { merchants, ...rest } = wished({ ...fields, currency: one.currency }, { sums: ["per_amount"], numbers: ["points", "times"], times: ["starts_at", "ends_at"], lists: ["merchants"] });
      const categories = chosen(fields);
      const where = { ...(merchants && { merchant_ids: merchants }), ...(categories.length && { categories }) };
      await call("POST", `${PROGRAMMES}/${one.id}/rules`, { body: { name: bodies(fields, "name"), kind: fields.kind, ...rest, ...where } });
      await again();
    },
  });

const ended = (what, path, name, again) =>
  ask({
    title: say(`programme.${what}.end`),
    what: say(`programme.${what}.end-what`, { name }),
    plain: true,
    go: say(`programme.${what}.end`),
    done: say("programme.ended"),
    act: async () => {
      await call("POST", `${path}/end`);
      await again();
    },
  });
export const endRule = (one, rule, again) => ended("rule", `${PROGRAMMES}/${one.id}/rules/${rule.id}`, rule.name[language.peek()], again);
export const endReward = (one, reward, again) => ended("reward", `${PROGRAMMES}/${one.id}/rewards/${reward.template_id}`, reward.template_id, again);

/** `templates`: those whose coupons can be issued. */
export const addReward = (one, templates, again) =>
  ask({
    title: say("programme.reward.add"),
    what: say("programme.reward.what"),
    plain: true,
    fields: (wrong) => html`
      <${Choice} name="template_id" options=${templates.map(({ id }) => id)} shown=${(id) => templates.find((template) => template.id === id).name[language.value]} label=${say("console.programme-template")} />
      <${Count} name="points" problem=${wrong("points") || wrong("template_id")} required />`,
    go: say("programme.reward.add"),
    done: say("programme.reward.added"),
    act: async (fields) => {
      await call("POST", `${PROGRAMMES}/${one.id}/rewards`, { body: { template_id: fields.template_id, ...wished(fields, { numbers: ["points"] }) } });
      await again();
    },
  });
