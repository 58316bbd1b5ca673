/** One incident: what everybody is told, when what happened and who did it; taking it up, telling what is new, ending it. */
import { Affected } from "/console/affected.js";
import { ask } from "/console/ask.js";
import { learnNames, Name, Names } from "/console/colleagues.js";
import { Compensation } from "/console/compensation.js";
import { may, me } from "/console/may.js";
import { newest } from "/console/newest.js";
import { Facts, Moment, State, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { Bodies, bodies, Choice, said, Sentences, SEVERITIES } from "/console/telling.js";
import { Times } from "/console/times.js";
import { language, say } from "/shared/language.js";
import { announce, Button, Heading, job, pages, Problem, Shown, Up } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 15_000;
const STEPS = ["investigating", "identified", "monitoring"];
const SENTENCES = "/v1/incident-sentences";
const AS_BEFORE = "";
/** What an incident shows, part after part; each gets {incident}. */
const PARTS = [Times, Told, Why, Affected, Compensation];

export function open({ params: { id } }) {
  const path = `/v1/incidents/${id}`;
  const [incident, sentences] = [see(path), see(SENTENCES)];
  learnNames();
  const ask_back = (cursor) => get(`${path}/history?limit=50${cursor ? `&cursor=${cursor}` : ""}`);
  const history = pages(ask_back);
  const look = () => Promise.all([lookAgain(path), newest(history, ask_back, step)]);
  const stop = watch(() => look().catch(() => {}), EVERY_MS);
  const taking = job(async () => {
    await call("POST", `${path}/take`);
    announce(say("console.incident-taken"));
    await look();
  });
  const view = () => html`
    <${Up} path="/incidents">${say("console.incidents")}<//>
    <${Shown} of=${incident}>${(one) => html`<${Incident} of=${one} ready=${known(sentences.value)} taking=${taking} again=${look} history=${history} />`}<//>`;
  return { title: () => incident.value.data?.title[language.value] ?? say("console.what.incident"), view, close: stop };
}

/** Null until it is known; without any, words of one's own will do. */
const known = ({ data, problem }) => data?.sentences ?? (problem ? {} : null);

const Incident = ({ of: one, ready, taking, again, history }) => html`
  <${Heading}>${one.title[language.value]}<//>
  <p class="summary"><${State} of=${one.state} /> <span>${what(one.severity)}</span></p>
  ${one.state === "draft" && html`<p class="note">${say("console.draft-what")}</p>`}
  ${one.state !== "resolved" && may("status.keep") && html`<${Deeds} of=${one} ready=${ready} taking=${taking} again=${again} />`}
  <${Facts} of=${[
    ["has-it", one.taken_by ? html`<${Name} of=${one.taken_by} />` : say("console.has-it-nobody")],
    ["alarm", one.alarm],
    ["runbook", one.runbook && html`<code>infra/runbooks/${one.runbook}.md</code>`],
    ["ends_at", one.ends_at && html`<${Moment} at=${one.ends_at} />`],
  ]} />
  ${PARTS.map((Part) => html`<${Part} key=${Part.name} incident=${one} />`)}
  <${PagedTable} of=${history} name=${`incident-${one.id}`} title=${say("console.timeline")} id=${step} columns=${HISTORY} empty=${say("console.nothing-yet")} />
`;

const Deeds = ({ of: one, ready, taking, again }) => html`
  <p class="deeds">
    ${one.taken_by !== me()?.id && html`<${Button} job=${taking} onClick=${taking.run}>${say("console.page-take")}<//>`}
    <button type="button" class="secondary" disabled=${!ready} onClick=${() => tellNews(one, ready, again)}>${say(one.state === "draft" ? "console.incident-tell" : "console.incident-news")}</button>
    ${one.state === "draft"
      ? html`<button type="button" class="secondary" onClick=${() => dismiss(one, again)}>${say("console.incident-dismiss")}</button>`
      : html`<button type="button" class="secondary" disabled=${!ready} onClick=${() => resolve(one, ready, again)}>${say("console.incident-resolve")}</button>`}
  </p>
  <${Problem} of=${taking.problem.value} />
`;

function Told({ incident: one }) {
  return html`
    <section class="told" aria-label=${say("console.what-is-told")}>
      <h2>${say(one.state === "draft" ? "console.what-would-be-told" : "console.what-is-told")}</h2>
      ${TONGUES.map(([tongue, lang]) => html`<div key=${tongue} lang=${lang}><h3>${one.title[tongue]}</h3><p>${one.body[tongue]}</p></div>`)}
    </section>`;
}

function Why({ incident: one }) {
  return ["cause", "remedy"].filter((part) => one[part]).map((part) => html`
    <section key=${part} class="told" aria-label=${say(`console.${part}`)}>
      <h2>${say(`console.${part}`)}</h2>
      ${TONGUES.map(([tongue, lang]) => html`<div key=${tongue} lang=${lang}><p>${one[part][tongue]}</p></div>`)}
    </section>`);
}

const TONGUES = [["en", "en"], ["zh", "zh-Hans"]];

const step = ({ at, deed }) => at + deed;
const words = (row) => (row.title ? `${row.title[language.value]}: ${row.body[language.value]}` : "");
const HISTORY = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "what-happened", cell: (row) => say(`console.deed.${row.deed}`), text: (row) => row.deed },
  { key: "by", cell: (row) => (row.by ? html`<${Name} of=${row.by} />` : say("console.by-coffer")), text: (row) => row.by },
  { key: "whom", cell: (row) => html`<${Names} of=${row.whom} />`, text: (row) => row.whom.join(" ") },
  { key: "state", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state },
  { key: "words", wide: true, cell: (row) => words(row) || "–", text: words },
];

const next = ({ state }) => STEPS[Math.min(STEPS.indexOf(state) + 1, STEPS.length - 1)];
const nameOfSentence = (runbook, step) => `${runbook} ${step}`;

/** What a ready sentence says; of what there is none, what was said before. */
function sentence(one, ready, chosen) {
  const [runbook, step] = chosen.split(" ");
  const found = ready[runbook];
  return found ? { title: found.title, body: found[step] } : one;
}

/** Every ready sentence, that of this incident's own runbook at `step` chosen; it fills in the fields below. */
const Ready = ({ of: one, ready, steps, chosen }) => html`
  <label class="field" for="ready"><span>${say("console.ready")}</span>
    <select id="ready" onChange=${(event) => fill(event.target.form, sentence(one, ready, event.target.value))}>
      <option value=${AS_BEFORE} selected=${chosen === AS_BEFORE}>${say("console.ready-before")}</option>
      ${Object.entries(ready).map(([runbook, found]) => html`
        <optgroup key=${runbook} label=${found.title[language.value]}>
          ${steps.map((step) => html`<option key=${step} value=${nameOfSentence(runbook, step)} selected=${chosen === nameOfSentence(runbook, step)}>${found.title[language.value]} · ${what(step)}</option>`)}
        </optgroup>`)}
    </select>
  </label>
`;

function fill({ elements }, { title, body }) {
  for (const [tongue] of TONGUES) {
    if (title) elements[`title-${tongue}`].value = title[tongue];
    elements[`body-${tongue}`].value = body[tongue];
  }
}

/** The step's own sentence comes with it, unless something of one's own stands there already. */
function follow({ target }, ready) {
  const { elements } = target.form;
  const [runbook, step] = elements.ready.value.split(" ");
  if (!ready[runbook] || elements["body-en"].value !== ready[runbook][step].en || elements["body-zh"].value !== ready[runbook][step].zh) return;
  elements.ready.value = nameOfSentence(runbook, target.value);
  fill(target.form, { body: ready[runbook][target.value] });
}

const own = (one, ready, step) => (ready[one.runbook] ? nameOfSentence(one.runbook, step) : AS_BEFORE);
const changed = (one, body) => call("PATCH", `/v1/incidents/${one.id}`, { body });

function tellNews(one, ready, again) {
  const [step, chosen] = [next(one), own(one, ready, next(one))];
  ask({
    plain: true,
    title: say(one.state === "draft" ? "console.incident-tell" : "console.incident-news"),
    what: say("console.incident-what"),
    fields: (wrong) => html`
      <${Choice} name="state" options=${STEPS} chosen=${step} onChange=${(event) => follow(event, ready)} />
      <${Choice} name="severity" options=${SEVERITIES} chosen=${one.severity} />
      <${Ready} of=${one} ready=${ready} steps=${STEPS} chosen=${chosen} />
      <${Sentences} of=${sentence(one, ready, chosen)} wrong=${wrong} />`,
    go: say("console.tell"),
    done: say("console.told"),
    act: async (fields) => {
      await changed(one, { state: fields.state, severity: fields.severity, ...said(fields) });
      await again();
    },
  });
}

function resolve(one, ready, again) {
  const chosen = own(one, ready, "resolved");
  ask({
    plain: true,
    title: say("console.incident-resolve"),
    what: say("console.incident-resolve-what"),
    fields: (wrong) => html`
      <${Ready} of=${one} ready=${ready} steps=${["resolved"]} chosen=${chosen} />
      <${Sentences} of=${sentence(one, ready, chosen)} wrong=${wrong} />
      <${Bodies} name="cause" of=${one.cause} wrong=${wrong} />
      <${Bodies} name="remedy" of=${one.remedy} wrong=${wrong} />`,
    word: say("console.word.resolve"),
    go: say("console.incident-resolve"),
    done: say("console.told"),
    act: async (fields) => {
      await changed(one, { state: "resolved", ...said(fields), cause: bodies(fields, "cause"), remedy: bodies(fields, "remedy") });
      await again();
    },
  });
}

const dismiss = (one, again) =>
  ask({
    plain: true,
    title: say("console.incident-dismiss"),
    what: say("console.incident-dismiss-what"),
    go: say("console.incident-dismiss"),
    done: say("console.incident-dismissed"),
    act: async () => {
      await changed(one, { state: "resolved" });
      await again();
    },
  });
