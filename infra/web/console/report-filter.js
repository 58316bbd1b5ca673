/** The words of a condition: all there can be where that is known, and otherwise those that occurred in the period. */
import { ALL as CATEGORIES } from "/console/categories.js";
import { requestOf, spanOf } from "/console/reports.js";
import { ID } from "/console/show.js";
import { CURRENCIES, say } from "/shared/language.js";
import { job, Problem, Waiting } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html, signal, untracked } from "/shared/ui.js";

const MOST_WORDS = 100;
const upTo = (count, first = 0) => Array.from({ length: count }, (_, at) => String(at + first));
const KNOWN = {
  currency: Object.keys(CURRENCIES),
  outcome: ["started", "succeeded", "refused", "failed"],
  category: CATEGORIES,
  tier: upTo(4),
  weekday: upTo(7, 1),
  hour_of_day: upTo(24),
};
const occurred = new Map();

/** The resource of what a dimension held in a period: {words (null at first), job}. Asked for once. */
function wordsIn(dimension, question) {
  const { from, to } = spanOf(question);
  const name = [dimension, from, to].join(" ");
  if (!occurred.has(name)) {
    const words = signal(null);
    const asking = job(async () => {
      const wish = { measures: [{ measure: "count" }], dimensions: [dimension], top: MOST_WORDS };
      const { rows } = await call("POST", "/v1/reports/query", { body: requestOf({ ...question, wish }) });
      words.value = rows.map((row) => row[dimension]).filter((word) => word !== null).map(String);
    });
    occurred.set(name, { words, asking });
    untracked(asking.run);
  }
  return occurred.get(name);
}

export function Words({ dimension, question, chosen, named, names, change }) {
  const found = KNOWN[dimension] ? null : wordsIn(dimension, question);
  const there = KNOWN[dimension] ?? (dimension === "merchant" ? names.map(({ id }) => id) : []);
  const all = [...new Set([...chosen, ...(found?.words.value ?? []), ...there])].slice(0, MOST_WORDS);
  const tick = (word, on) => change(on ? [...chosen, word] : chosen.filter((one) => one !== word));
  return html`
    ${found && !found.words.value && (found.asking.problem.value ? html`<${Problem} of=${found.asking.problem.value} />` : html`<${Waiting} lines=${1} />`)}
    <div class="words" role="group" aria-label=${say("console.reports.words")}>
      ${all.map((word) => html`<label key=${word} class="tick" title=${word}><input type="checkbox" value=${word} checked=${chosen.includes(word)} onChange=${(event) => tick(word, event.target.checked)} />${named(word)}</label>`)}
      ${all.length === 0 && found?.words.value && html`<p class="empty">${say("console.reports.no-words")}</p>`}
    </div>
    ${dimension === "merchant" && html`<${ById} chosen=${chosen} change=${change} />`}
  `;
}

/** One that is not in the list, by its id. */
const ById = ({ chosen, change }) => html`
  <div class="adding">
    <input aria-label=${say("console.reports.merchant-id")} placeholder=${say("console.reports.merchant-id")} autocomplete="off" onChange=${(event) => {
      const id = event.target.value.trim();
      if (!ID.test(id) || chosen.includes(id)) return;
      event.target.value = "";
      change([...chosen, id]);
    }} />
  </div>
`;
