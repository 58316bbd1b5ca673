/** A saved report: what it tells as of now, whom it is sent to, and what can be done with it. */
import { ask } from "/console/ask.js";
import { learnNames, Name, Names } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { answered, Answer } from "/console/report-answer.js";
import { Every, scheduled, ScheduleFields } from "/console/report-schedule.js";
import { learnMerchants, sentenceOf } from "/console/report-words.js";
import { addressOf, questionOf } from "/console/reports.js";
import { Facts, Moment } from "/console/show.js";
import { say } from "/shared/language.js";
import { announce, Field, Heading, job, Problem, Shown, Up, Waiting } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const SAVED = "/v1/reports/saved";

export function open({ params: { id } }) {
  const path = `${SAVED}/${id}`;
  const [report, shown] = [see(path), signal(null)];
  const asking = job(async () => {
    const question = questionOf(report.peek().data);
    shown.value = answered(await call("POST", `${path}/answer`), question);
  });
  const stop = effect(() => {
    const { data } = report.value;
    if (data && !data.deleted_at && !shown.peek()) untracked(asking.run);
  });
  const title = () => report.value.data?.name ?? say("console.reports.report");
  learnNames();
  learnMerchants();
  const view = () => html`
    <${Up} path="/reports">${say("console.reports.reports")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${report}>${(one) => html`<${Report} of=${one} path=${path} />`}<//>
    <${Problem} of=${asking.problem.value} />
    ${asking.busy.value && html`<${Waiting} lines=${6} />`}
    ${shown.value && html`<${Answer} of=${shown.value} />`}`;
  return { title, view, close: stop };
}

const Report = ({ of: one, path }) => html`
  ${one.deleted_at && html`<p class="note">${say("console.reports.is-deleted")}</p>`}
  ${may("reports.keep") && html`<p class="deeds">${one.deleted_at ? html`<button type="button" onClick=${() => restore(one, path)}>${say("console.reports.restore")}</button>` : html`<${Deeds} of=${one} path=${path} />`}</p>`}
  <p>${sentenceOf(questionOf(one))}</p>
  <${Facts} of=${[
    ["by", html`<${Name} of=${one.made_by} />`],
    ["created_at", html`<${Moment} at=${one.created_at} />`],
    ["reports.schedule", one.schedule && html`<${Every} of=${one.schedule} />`],
    ["reports.recipients", one.schedule && html`<${Names} of=${one.schedule.recipients} />`],
    ["reports.next", one.next_at && html`<${Moment} at=${one.next_at} />`],
  ]} />
`;

const Deeds = ({ of: one, path }) => html`
  <a class="button secondary" href=${`#${addressOf(questionOf(one))}&saved=${one.id}`}>${say("console.reports.change-question")}</a>
  <button type="button" class="secondary" data-schedule onClick=${() => schedule(one, path)}>${say("console.reports.schedule")}</button>
  <button type="button" class="secondary" onClick=${() => rename(one, path)}>${say("console.reports.rename")}</button>
  <button type="button" class="danger" data-delete onClick=${() => remove(one, path)}>${say("console.reports.delete")}</button>
`;

async function change(path, body) {
  await call("PATCH", path, { body });
  await lookAgain(path);
}

const schedule = (one, path) =>
  ask({
    title: say("console.reports.schedule"),
    what: say("console.reports.schedule-what"),
    plain: true,
    fields: (wrong) => html`<${ScheduleFields} of=${one.schedule} problem=${wrong("schedule.recipients") || wrong("recipients")} />`,
    go: say("console.reports.schedule-go"),
    done: say("console.reports.changed"),
    act: (fields) => change(path, { schedule: scheduled(fields) }),
  });

const rename = (one, path) =>
  ask({
    title: say("console.reports.rename"),
    what: say("console.reports.rename-what"),
    plain: true,
    fields: (wrong) => html`<${Field} name="name" label=${say("console.reports.name")} problem=${wrong("name")} defaultValue=${one.name} maxlength="80" required autocomplete="off" />`,
    go: say("console.reports.rename"),
    done: say("console.reports.changed"),
    act: ({ name }) => change(path, { name }),
  });

const remove = (one, path) =>
  ask({
    title: say("console.reports.delete"),
    what: say("console.reports.delete-what", { name: one.name }),
    plain: true,
    go: say("console.reports.delete"),
    act: async () => {
      await call("DELETE", path);
      announce(say("console.reports.gone", { name: one.name }), true);
      go("/reports");
    },
  });

async function restore(one, path) {
  await call("POST", `${path}/restore`);
  announce(say("console.reports.restored", { name: one.name }));
  await lookAgain(path);
}
