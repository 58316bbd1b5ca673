/** Fields of what the house promises people: names and terms in both languages, sums, numbers, days; and what the API takes of them. */
import { Bodies } from "/console/telling.js";
import { readMoney, say } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const LANGS = { en: "en", zh: "zh-Hans" };

export const Named = ({ wrong, terms = false }) => html`
  ${Object.entries(LANGS).map(([tongue, lang]) => html`<${Field} key=${tongue} name=${`name-${tongue}`} problem=${wrong(`name.${tongue}`) || wrong("name")} label=${say(`console.promised-name-${tongue}`)} lang=${lang} maxlength="64" autocomplete="off" required />`)}
  ${terms && html`<${Bodies} name="terms" wrong=${wrong} />`}
`;
const said = (name) => ({ label: say(`console.promised-${name}`), hint: say(`console.promised-${name}-about`) });
export const Sum = ({ name, ...more }) => html`<${Field} name=${name} ...${said(name)} inputmode="decimal" autocomplete="off" ...${more} />`;
export const Count = ({ name, ...more }) => html`<${Field} name=${name} ...${said(name)} inputmode="numeric" autocomplete="off" ...${more} />`;
export const Day = ({ name, wrong }) => html`<${Field} name=${name} problem=${wrong(name)} type="datetime-local" ...${said(name)} />`;

const whole = (typed) => (/^\d+$/.test(typed.trim()) ? Number(typed) : typed);
const listed = (typed) => typed.split(/[\s,;，、]+/).filter(Boolean);

/** Of the form's strings what the API takes: what was left empty is left out, what is no number goes as it was typed. */
export function wished(fields, { sums = [], numbers = [], times = [], lists = [] }) {
  const of = (names, read) => Object.fromEntries(names.filter((name) => fields[name]).map((name) => [name, read(fields[name])]));
  return {
    ...of(sums, (typed) => readMoney(typed, fields.currency) ?? typed),
    ...of(numbers, whole),
    ...of(times, (typed) => new Date(typed).toISOString()),
    ...of(lists, listed),
  };
}
