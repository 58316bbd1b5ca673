/** Reports: those that are ready-made, those that somebody saved, and one's own questions. */
import { learnNames, Name } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { Every } from "/console/report-schedule.js";
import { periodOf, sentenceOf } from "/console/report-words.js";
import { questionOf } from "/console/reports.js";
import { Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { announce, Button, Heading, job, pages, Problem, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const SAVED = "/v1/reports/saved";

export function open({ query }) {
  const deleted = query.deleted === "true";
  const ready = see("/v1/reports/ready");
  const list = pages((cursor) => get(`${SAVED}?${new URLSearchParams({ limit: 50, deleted, ...(cursor ? { cursor } : {}) })}`));
  const restoring = job(async ({ id, name }) => {
    await call("POST", `${SAVED}/${id}/restore`);
    announce(say("console.reports.restored", { name }), true);
    goInstead("/reports");
  });
  learnNames();
  const view = () => html`
    <${Heading}>${say("console.reports.reports")}<//>
    <p>${say("console.reports.what")}</p>
    <p class="deeds"><a class="button" href="#/reports/ask">${say("console.reports.ask")}</a> <a class="button secondary" href="#/reports/imports">${say("console.reports.imports")}</a></p>
    <h2>${say("console.reports.ready")}</h2>
    <${Shown} of=${ready}>${({ data }) => html`<ul class="ready">${data.map((one) => html`<li key=${one.name} class="card"><a href=${`#/reports/ready/${one.name}`}>${one.title}</a><p>${one.about}</p></li>`)}</ul>`}<//>
    <${Problem} of=${restoring.problem.value} />
    <${PagedTable} of=${list} name="saved-reports" title=${say(deleted ? "console.reports.deleted" : "console.reports.saved-list")} columns=${deleted ? DELETED(restoring) : COLUMNS} empty=${say(deleted ? "console.reports.none-deleted" : "console.reports.none-saved")} />
    <p class="elsewhere"><a href=${deleted ? "#/reports" : "#/reports?deleted=true"}>${say(deleted ? "console.reports.saved-list" : "console.reports.deleted")}</a></p>`;
  return { title: () => say("console.reports.reports"), view };
}

const NAME = { key: "name-column", wide: true, cell: (row) => html`<a href=${`#/reports/saved/${row.id}`} data-stop>${row.name}</a>`, text: (row) => row.name };
const asks = (row) => sentenceOf(questionOf(row));
const COLUMNS = [
  NAME,
  { key: "asks", title: () => say("console.reports.asks"), wide: true, cell: asks, text: asks },
  { key: "period", title: () => say("console.reports.period"), cell: (row) => periodOf(row.query), text: (row) => periodOf(row.query) },
  { key: "schedule", title: () => say("console.reports.schedule"), cell: (row) => html`<${Every} of=${row.schedule} />`, text: (row) => row.schedule?.every ?? "" },
  { key: "next", title: () => say("console.reports.next"), cell: (row) => html`<${Moment} at=${row.next_at} />`, text: (row) => row.next_at ?? "" },
  { key: "by", cell: (row) => html`<${Name} of=${row.made_by} />`, text: (row) => row.made_by },
];
const DELETED = (restoring) => [
  NAME,
  { key: "deleted", title: () => say("console.reports.deleted-at"), cell: (row) => html`<${Moment} at=${row.deleted_at} />`, text: (row) => row.deleted_at },
  { key: "by", cell: (row) => html`<${Name} of=${row.made_by} />`, text: (row) => row.made_by },
  { key: "restore", title: () => say("console.reports.restore"), cell: (row) => may("reports.keep") && html`<${Button} kind="plain" job=${restoring} onClick=${() => restoring.run(row)}>${say("console.reports.restore")}<//>`, text: () => "" },
];
