/** The furniture of every screen: fields, buttons, problems, dialogs, lists. All of it works by keyboard. */
import { NoAnswer, Refused } from "/shared/door.js";
import { LANGUAGES, NATIVE, choose, language, say, sayOr, shownMoment, shownMoney } from "/shared/language.js";
import { shown } from "/shared/router.js";
import { createContext, html, signal } from "/shared/ui.js";

/** What a page found out by itself: its sentences are `<key>.title` and `<key>.detail`. */
export class Trouble extends Error {
  constructor(key, params = {}, cause = undefined) {
    super(key, { cause });
    Object.assign(this, { key, params });
  }
}

/** Of the form around: a signal of the names of what must be filled in and is not. */
const Missing = createContext(signal([]));

/** A part of a form: `children(problem)`, where one that was left empty has a sentence of its own for `problem`. */
export const Filled = ({ name, problem = "", children }) => html`
  <${Missing.Consumer}>${(missing) => children(missing.value.includes(name) ? sayOr(`missing.${name}`, say("shared.missing")) : problem)}<//>
`;

/** A labelled input. `hint` stands below it; `problem` instead of it, and is read out. */
export const Field = ({ name, id = name, label, hint = "", problem: found, ...input }) => html`
  <${Filled} name=${name} problem=${found}>${(problem) => html`
    <label class="field" for=${id}>
      <span>${label}</span>
      <input id=${id} name=${name} aria-describedby=${problem || hint ? `${id}-about` : undefined} aria-invalid=${problem ? "true" : undefined} ...${input} />
      <${About} id=${id} hint=${hint} problem=${problem} />
    </label>`}<//>
`;

/** What stands below a field, if anything: `<id>-about`. */
export const About = ({ id, hint, problem }) => (problem || hint) && html`<small id=${`${id}-about`} class=${problem ? "wrong" : ""}>${problem || hint}</small>`;

/** A button that is busy while `job` runs; a second tap meanwhile does nothing. */
export function Button({ job, onClick, children, kind = "", ...rest }) {
  const busy = job?.busy.value ?? false;
  const press = (event) => !busy && onClick?.(event);
  const mark = busy ? "true" : undefined;
  return html`<button type="button" class=${kind} aria-busy=${mark} aria-disabled=${mark} ...${rest} onClick=${press}>${children}</button>`;
}

/** The button that sends a form; busy while the form's `job` runs. */
export const Submit = ({ job, children, kind = "" }) => html`<button class=${kind} aria-busy=${job.busy.value ? "true" : undefined}>${children}</button>`;

/**
 * A form that hands its fields, as an object of strings, to `job`, once nothing `required` is empty; sent once however
 * often; `clear`: empty after that.
 */
export function Form({ job, clear = false, children, ...rest }) {
  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    if (job.busy.value) return;
    job.problem.value = null;
    job.missing.value = emptyIn(form);
    if (job.missing.peek().length) return toFirstProblem(form);
    await job.run(Object.fromEntries(new FormData(form)));
    if (job.problem.peek()) toFirstProblem(form);
    else if (clear) form.reset();
  };
  const filling = ({ target }) => (job.missing.value = job.missing.peek().filter((name) => name !== target.name));
  return html`
    <${Missing.Provider} value=${job.missing}>
      <form ...${rest} novalidate onSubmit=${send} onInput=${filling}>${children}<${Problem} of=${job.problem.value} /></form>
    <//>
  `;
}

/** Blanks alone are nothing, except in a password. */
const isEmpty = ({ validity, type, value }) => validity.valueMissing || (type !== "password" && !value.trim());
const emptyIn = (form) => [...form.querySelectorAll("[required]")].filter(isEmpty).map(({ name }) => name);
const toFirstProblem = (form) => requestAnimationFrame(() => form.querySelector("[aria-invalid=true]")?.focus());

/** One thing to do at a time: {busy, problem, missing, run(…)}; `problem` is what the last run failed with. */
export function job(work) {
  const busy = signal(false);
  const problem = signal(null);
  const missing = signal([]);
  const run = async (...given) => {
    if (busy.peek()) return undefined;
    busy.value = true;
    problem.value = null;
    try {
      return await work(...given);
    } catch (caught) {
      problem.value = caught;
      return undefined;
    } finally {
      busy.value = false;
    }
  };
  return { busy, problem, missing, run };
}

/** What went wrong, what it means and what to do, in words. */
export function Problem({ of: problem }) {
  if (!problem) return null;
  const { title, detail, request_id } = told(problem);
  return html`
    <div class="problem" role="alert">
      <strong>${title}</strong>
      ${detail && html`<p>${detail}</p>`}
      ${request_id && html`<small>${say("shared.request", { id: request_id })}</small>`}
    </div>
  `;
}

/** {title, detail} of anything thrown: the API's own words, or ours where it said nothing. */
export function told(problem) {
  if (problem instanceof Trouble) return words(problem.key, problem.params);
  if (problem instanceof Refused && problem.answer.body?.title) return { ...problem.answer.body, ...pause(problem.answer) };
  const key = problem instanceof NoAnswer ? "shared.no-answer" : "shared.broken";
  if (!(problem instanceof NoAnswer || problem instanceof Refused)) console.error(problem);
  return words(key);
}

const words = (key, params) => ({ title: say(`${key}.title`, params), detail: say(`${key}.detail`, params) });

/** How long to wait, for people. */
function pause({ body, wait }) {
  if (body.code !== "too-many-requests" || !wait) return {};
  const minutes = Math.ceil(wait / 60);
  return { detail: wait > 90 ? say("shared.wait.minutes", { minutes }) : say("shared.wait.seconds", { seconds: wait }) };
}

/** The message for one field, if the API found that one wrong. */
export const wrong = (problem, param) => {
  const body = problem instanceof Refused ? problem.answer.body : null;
  return body?.param === param ? body.detail : "";
};

export const Money = ({ amount, currency, signed }) => html`<data class="money" value=${amount}>${shownMoney(amount, currency, signed)}</data>`;
export const When = ({ at }) => html`<time datetime=${at}>${shownMoment(at)}</time>`;
/** The way to the screen above this one. */
export const Up = ({ path, children }) => html`<p class="up"><a href=${`#${path}`}><${Icon} name="back" />${children}</a></p>`;
export const Heading = ({ children }) => html`<h1 tabindex="-1">${children}</h1>`;

/** What a resource (see `seen.js`) has to show: a skeleton at first, its old data beside a problem, or `children(data)`. */
export function Shown({ of: resource, children, lines = 3 }) {
  const { data, at, problem } = resource.value;
  if (data === null && problem) return html`<${Problem} of=${problem} />`;
  if (data === null) return html`<${Waiting} lines=${lines} />`;
  return html`${problem && html`<p class="stale" role="status">${say("shared.stale", { time: shownMoment(at) })}</p>`}${children(data)}`;
}

export const Waiting = ({ lines = 3 }) => html`
  <div class="waiting" role="status" aria-label=${say("shared.waiting")}>${Array.from({ length: lines }, () => html`<span></span>`)}</div>
`;

/** The two languages, side by side, each in its own words. */
export const Tongues = () => html`
  <div class="languages" role="group" aria-label=${say("shared.language")}>
    ${LANGUAGES.map((one) => html`<button type="button" lang=${one === "zh" ? "zh-Hans" : one} aria-pressed=${one === language.value} onClick=${() => choose(one)}>${NATIVE[one]}</button>`)}
  </div>
`;

export const Empty = ({ children }) => html`<p class="empty">${children}</p>`;

/** A modal dialog that closes with Escape; `onClose` either way. */
export function Dialog({ title, children, onClose }) {
  const show = (element) => element && !element.open && element.showModal();
  return html`
    <dialog ref=${show} aria-labelledby="dialog-title" onClose=${onClose}>
      <article><h2 id="dialog-title">${title}</h2>${children}</article>
    </dialog>
  `;
}

/** What is said to everybody, a screen reader included: for a few seconds, and until the reader goes on. */
const SAID_MS = 6000;
export const said = signal("");
let quiet = 0;
let onwards = false;

/** `on_the_next`: the reader is taken to another screen now, and reads it there. */
export function announce(sentence, on_the_next = false) {
  said.value = sentence;
  onwards = on_the_next;
  fade();
}

const stay = () => clearTimeout(quiet);
function fade() {
  stay();
  quiet = setTimeout(() => (said.value = ""), SAID_MS);
}
addEventListener("hashchange", () => {
  if (!onwards) said.value = "";
  onwards = false;
});

/** Whoever points at it or has come to it by keyboard is still reading. */
export const Announcer = () => html`
  <p class="announcer" role="status" aria-live="polite" tabindex=${said.value ? "0" : undefined} onMouseEnter=${stay} onMouseLeave=${fade} onFocusIn=${stay} onFocusOut=${fade}>${said.value}</p>
`;

/** The pages of a list: {rows, more, job}; `more` asks for the next page. */
export function pages(ask) {
  const rows = signal(null);
  let cursor = null;
  const next = job(async () => {
    const page = await ask(cursor);
    rows.value = [...(rows.peek() ?? []), ...page.data];
    cursor = page.next_cursor;
    left.value = page.has_more;
  });
  const left = signal(true);
  next.run();
  return { rows, left, next };
}

/** A list of `pages`, with a button for more of it. */
export function Pages({ of: list, empty, children }) {
  const rows = list.rows.value;
  if (rows === null) return list.next.problem.value ? html`<${Problem} of=${list.next.problem.value} />` : html`<${Waiting} />`;
  return html`
    ${rows.length === 0 && html`<${Empty}>${empty}<//>`}
    ${children(rows)}
    <${Problem} of=${list.next.problem.value} />
    ${list.left.value && html`<${Button} kind="secondary" job=${list.next} onClick=${list.next.run}>${say("shared.more")}<//>`}
  `;
}

/** Facts as a list of name and value; what is empty is left out. */
export const Facts = ({ of: facts }) => html`
  <dl class="facts">${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;

/** The screen of the address, or what is there until it has come. */
export function Screen() {
  const screen = shown.value;
  if (!screen) return html`<${Waiting} />`;
  if (screen.failed) return html`<${Problem} of=${screen.failed} />`;
  return screen.view();
}

/** Line icons on a 24-unit grid; decoration only, the words beside them say it. */
const PATHS = {
  home: "M4 11l8-7 8 7v8a1 1 0 0 1-1 1h-4v-6H9v6H5a1 1 0 0 1-1-1z",
  pay: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M8 8h3v3H8zM13 13h3v3h-3zM13 8h3M8 14v2",
  plus: "M12 5v14M5 12h14",
  send: "M4 12l16-8-6 16-3-7z",
  packet: "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM5 8c3 3 11 3 14 0M12 9a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  out: "M12 15V4M8 8l4-4 4 4M5 14v5a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-5",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  bell: "M6 16V11a6 6 0 1 1 12 0v5l2 2H4zM10 21h4",
  shield: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM9 12l2 2 4-4",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c1-4 4-6 8-6s7 2 8 6",
  back: "M15 5l-7 7 7 7",
  check: "M5 13l4 4L19 7",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  cross: "M6 6l12 12M18 6L6 18",
  help: "M12 21a9 9 0 1 0-8-5l-1 5 5-1a9 9 0 0 0 4 1zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.8-3.4 3.2-5 6.5-5s5.7 1.6 6.5 5M16 4.3a3.5 3.5 0 0 1 0 6.4M18 15.3c1.8.7 3 2.2 3.5 4.7",
  on: "M9 5l7 7-7 7",
  key: "M8 20a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11 13l8-8M16 8l3 3M13.5 10.5l2 2",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  digits: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8 9h.01M12 9h.01M16 9h.01M8 13h.01M12 13h.01M16 13h.01M12 17h.01",
  devices: "M4 5h13a1 1 0 0 1 1 1v3M4 5v10h9M3 18h10M16 12h5v8h-5z",
  letter: "M4 6h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM3 7l9 7 9-7",
  stop: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12h8",
  words: "M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9l-5 4v-4H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM8 9h8M8 12h5",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  again: "M4 5v5h5M4.5 10a8 8 0 1 1-.5 5",
  archive: "M12 4v11M7 11l5 5 5-5M4 20h16",
  paper: "M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM14 3v5h5M9 13l2 2 4-4",
  bin: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  ticket: "M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4zM14 6v3M14 11v2M14 15v3",
  gift: "M4 10h16v10H4zM3 7h18v3H3zM12 7v13M12 7c-4 0-5-4-2.5-4S12 7 12 7zM12 7c4 0 5-4 2.5-4S12 7 12 7z",
  cake: "M4 20h16M5 20v-7h14v7M5 16c2 2 3-1 4.7 0s2.6 1 4.3 0 3 2 5 0M12 13V9M12 6.5c-1.3-1-.6-2.4 0-3.5.6 1.1 1.3 2.5 0 3.5z",
  heart: "M12 20C5 15 3.5 11.5 3.5 8.5A4.5 4.5 0 0 1 12 6.5a4.5 4.5 0 0 1 8.5 2c0 3-1.5 6.5-8.5 11.5z",
  lantern: "M8 6h8M8 18h8M8 6c-5 3-5 9 0 12M16 6c5 3 5 9 0 12M12 6v12M12 2v4M12 18v4",
  card: "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM3 10h18M7 15h4",
  star: "M12 4l2.5 5 5.5.8-4 3.9 1 5.5-5-2.7-5 2.7 1-5.5-4-3.9 5.5-.8z",
  speak: "M5 9v6h4l5 4V5L9 9zM17 9a4 4 0 0 1 0 6",
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
