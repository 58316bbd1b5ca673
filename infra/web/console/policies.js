/** Packs of rules: their figures rule by rule, what two of them differ in, and whom a new one would have hit. */
import { language, say, sayOr, shownMoney, shownNumber } from "/shared/language.js";
import { html } from "/shared/ui.js";

export const POLICIES = "/v1/policies";
export const EVERY = `${POLICIES}?limit=100`;
const ABOUT = ["id", "area", "jurisdictions", "effective_at", "currency"];
const BASIS = ["verified_at", "source", "example"];
const AMOUNTS = new Set(["per_movement", "day", "month", "year", "balance", "top_up", "above", "above_at_risk", "most_without_step_up", "least", "most_principal", "most_late_fee_per_instalment", "most_late_fee_in_all"]);
const SHARES = new Set(["most_basis_points", "highest_annual_rate_basis_points"]);
const PER_TIER = new Set(["steps", "above", "above_at_risk", "most_principal"]);
const TONES = { "in-force": "good", coming: "warn", withdrawn: "bad" };

export const Standing = ({ of: state }) => html`<span class=${`state ${TONES[state] ?? ""}`}>${say(`console.policy.is.${state}`)}</span>`;
export const ruleOf = (rule) => say(`console.policy.rule.${rule}`);
export const figureOf = ({ tier, names }) => [tier === null ? "" : say("console.policy.tier", { tier }), ...names.map((one) => sayOr(`console.policy.figure.${one}`, one))].filter(Boolean).join(" · ");

/** On what a rule stands, in a sentence. */
export function basisOf({ example, source, verified_at }) {
  if (example) return say("console.policy.example", { why: example });
  return say("console.policy.verified", { title: source.title, article: source.article, day: verified_at });
}

/** Every figure of a pack: [{id (the same in every pack), rule, tier (or null), names, value (in words), basis}]. */
export function figuresOf(pack) {
  const rules = Object.keys(pack).filter((name) => !ABOUT.includes(name));
  return rules.flatMap((rule) => {
    const facts = Object.entries(pack[rule]).filter(([name]) => !BASIS.includes(name));
    const basis = basisOf(pack[rule]);
    return facts.flatMap(([name, value]) => leaves(value, [name])).map((leaf) => told(rule, leaf, pack.currency, basis));
  });
}

/** [path, value] of all that is no object; a list of words stays whole. */
function leaves(value, path) {
  if (Array.isArray(value) && !PER_TIER.has(path.at(-1))) return [[path, value]];
  if (value && typeof value === "object" && !("en" in value)) return Object.entries(value).flatMap(([name, one]) => leaves(one, [...path, name]));
  return [[path, value]];
}

function told(rule, [path, value], currency, basis) {
  const at = path.findIndex((one, place) => PER_TIER.has(one) && Number(path[place + 1]) >= 0);
  const tier = at < 0 ? null : Number(path[at + 1]);
  const names = path.filter((one, place) => one !== "steps" && !(at >= 0 && place === at + 1));
  return { id: `${rule}.${path.join(".")}`, rule, tier, names, value: inWords(names, value, currency), basis };
}

function inWords(names, value, currency) {
  if (value === null) return say("console.policy.none");
  if (Array.isArray(value)) return value.map((one) => sayOr(`console.policy.figure.${one}`, one)).join(say("console.policy.and")) || "–";
  if (typeof value === "object") return value[language.value];
  if (names.some((one) => AMOUNTS.has(one)) && names[0] !== "days") return shownMoney(value, currency);
  if (names.some((one) => SHARES.has(one))) return shownNumber(value / 10_000, { style: "percent", maximumFractionDigits: 2 });
  return typeof value === "number" ? shownNumber(value) : sayOr(`console.policy.figure.${value}`, value);
}

/** What is not the same in both: [{id, rule, tier, names, was, is}], in order of the rules. */
export function differences(old, now) {
  const [before, after] = [old, now].map((pack) => new Map(figuresOf(pack).map((one) => [one.id, one])));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((id) => ({ ...(after.get(id) ?? before.get(id)), was: before.get(id)?.value ?? "–", is: after.get(id)?.value ?? "–" }))
    .filter(({ was, is }) => was !== is);
}

/** Each area's packs over the years, the present as a line; the words are in the list beside it. */
const DAY_MS = 86_400_000;
export function Timeline({ packs, now }) {
  const standing = packs.filter(({ state }) => state !== "withdrawn");
  const starts = standing.map((one) => Date.parse(one.effective_at));
  const [first, last] = [Math.min(...starts), Math.max(now, ...starts) + 90 * DAY_MS];
  const at = (time) => (100 * (time - first)) / (last - first);
  return html`
    <div class="eras" aria-hidden="true">
      ${[...new Set(standing.map(({ area }) => area))].sort().map((area) => html`
        <div key=${area}><strong>${area}</strong>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none">
            ${standing.filter((one) => one.area === area).map((one) => html`<rect key=${one.digest} class=${one.state} x=${at(Date.parse(one.effective_at))} width=${Math.max(at(one.ends_at ? Date.parse(one.ends_at) : last) - at(Date.parse(one.effective_at)) - 0.4, 0.4)} y="1" height="8" rx="0.5" />`)}
            <line x1=${at(now)} x2=${at(now)} y1="0" y2="10" />
          </svg>
        </div>`)}
    </div>
  `;
}

/** Bars, one for each rule and way, by how many movements; `rows`: of a dry run. */
export function Bars({ rows }) {
  const most = Math.max(...rows.map(({ movements }) => movements), 1);
  return html`
    <ul class="bars">
      ${rows.map((row) => html`
        <li key=${`${row.rule}${row.how}`}>
          <span>${wayOf(row)}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class=${row.how} width=${(100 * row.movements) / most} height="8" /></svg>
          <span>${shownNumber(row.movements)}</span>
        </li>`)}
    </ul>
  `;
}

export const limitOf = ({ rule }) => sayOr(`console.policy.figure.${rule}`, rule);
export const howOf = ({ how }) => say(`console.policy.how.${how}`);
const wayOf = (row) => `${limitOf(row)}: ${howOf(row)}`;
