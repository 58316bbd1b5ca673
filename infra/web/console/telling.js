/** What everybody is told, in both languages: its fields, and an incident that an operator tells of by themselves. */
import { ask } from "/console/ask.js";
import { what } from "/console/show.js";
import { say } from "/shared/language.js";
import { About, Field, Filled } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export const SEVERITIES = ["minor", "major", "critical"];
const TITLES = ["title-en", "title-zh"];
const tongueOf = (name) => (name.endsWith("zh") ? "zh" : "en");
const lang = (tongue) => (tongue === "zh" ? "zh-Hans" : "en");

export const Choice = ({ name, options, chosen, label = say(`console.${name}`), shown = what, ...more }) => html`
  <label class="field" for=${name}><span>${label}</span>
    <select id=${name} name=${name} ...${more}>${options.map((one) => html`<option key=${one} value=${one} selected=${one === chosen}>${shown(one)}</option>`)}</select>
  </label>
`;

/** What is said, in both languages; `of` is what was said before. */
export const Sentences = ({ of: before, wrong }) => html`
  ${TITLES.map((name) => html`<${Field} key=${name} name=${name} problem=${wrong(name.replace("-", "."))} label=${say(`console.${name}`)} defaultValue=${before?.title[tongueOf(name)] ?? ""} lang=${lang(tongueOf(name))} maxlength="80" required />`)}
  <${Bodies} name="body" of=${before?.body} wrong=${wrong} />
`;

/** A text in both languages: `<name>-en` and `<name>-zh`. */
export const Bodies = ({ name, of: before, wrong }) => ["en", "zh"].map((tongue) => html`<${Long} key=${tongue} name=${`${name}-${tongue}`} problem=${wrong(`${name}.${tongue}`) || wrong(name)} before=${before?.[tongue] ?? ""} tongue=${tongue} />`);

const Long = ({ name, problem: found, before, tongue }) => html`
  <${Filled} name=${name} problem=${found}>${(problem) => html`
    <label class="field" for=${name}><span>${say(`console.${name}`)}</span>
      <textarea id=${name} name=${name} rows="4" maxlength="500" lang=${lang(tongue)} defaultValue=${before} aria-describedby=${problem ? `${name}-about` : undefined} aria-invalid=${problem ? "true" : undefined} required />
      <${About} id=${name} problem=${problem} />
    </label>`}<//>
`;

export const bodies = (fields, name) => ({ en: fields[`${name}-en`], zh: fields[`${name}-zh`] });
export const said = (fields) => ({ title: bodies(fields, "title"), body: bodies(fields, "body") });

/** A moment in the reader's own time, and as the API takes it. */
export const Time = ({ name, wrong, before, label = say(`console.${name}`) }) => html`<${Field} name=${name} problem=${wrong(name)} type="datetime-local" label=${label} defaultValue=${before} required />`;
export const moment = (typed) => new Date(typed).toISOString();

/** A dialog that takes no reason: what it says is the reason. */
export function tell(wish, again) {
  ask({ plain: true, done: say("console.told"), ...wish, act: async (fields) => {
    await wish.act(fields);
    await again();
  } });
}

export const openIncident = (again) =>
  tell({
    title: say("console.incident-new"),
    what: say("console.incident-what"),
    fields: (wrong) => html`<${Choice} name="severity" options=${SEVERITIES} /><${Sentences} wrong=${wrong} />`,
    word: say("console.word.tell"),
    go: say("console.tell"),
    act: (fields) => call("POST", "/v1/incidents", { body: { severity: fields.severity, ...said(fields) } }),
  }, again);
