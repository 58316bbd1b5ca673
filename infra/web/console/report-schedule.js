/** When a saved report is sent, and to whom: in words, and in a form. */
import { colleagues } from "/console/colleagues.js";
import { say } from "/shared/language.js";
import { Trouble } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const EVERY = ["never", "day", "week", "month"];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;

export const Every = ({ of: schedule }) => html`<span>${schedule ? say(`console.reports.every.${schedule.every}`, { hour: clock(schedule.hour) }) : "–"}</span>`;

/** The fields of it, for a form; `scheduled` reads them. */
export const ScheduleFields = ({ of: schedule, problem }) => html`
  <${Named} name="every" label=${say("console.reports.send-every")} options=${EVERY} value=${schedule?.every ?? "day"} named=${(one) => say(`console.reports.send.${one}`)} />
  <${Named} name="hour" label=${say("console.reports.hour")} options=${HOURS} value=${schedule?.hour ?? 6} named=${clock} />
  <fieldset><legend>${say("console.reports.recipients")}</legend>
    ${colleagues().map(({ id, name }) => html`<label key=${id}><input type="checkbox" name=${`to-${id}`} defaultChecked=${schedule?.recipients.includes(id)} />${name}</label>`)}
    ${problem && html`<small class="wrong">${problem}</small>`}
  </fieldset>
`;

const Named = ({ name, label, options, value, named }) => html`
  <label class="field" for=${name}><span>${label}</span>
    <select id=${name} name=${name}>${options.map((one) => html`<option key=${one} value=${one} selected=${one === value}>${named(one)}</option>`)}</select>
  </label>
`;

/** Null of one that is not to be sent. Throws Trouble. */
export function scheduled(fields) {
  if (fields.every === "never") return null;
  const recipients = Object.keys(fields).filter((name) => name.startsWith("to-")).map((name) => name.slice(3));
  if (!recipients.length) throw new Trouble("console.reports.no-recipients");
  return { every: fields.every, hour: Number(fields.hour), recipients };
}
