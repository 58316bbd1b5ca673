/** Incidents: what alarms have drafted and nobody has told yet, and all that was told. */
import { learnNames, Name } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { newest } from "/console/newest.js";
import { Moment, State, what } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { openIncident } from "/console/telling.js";
import { language, say } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 30_000;
const ask = (cursor) => get(`/v1/incidents?limit=20${cursor ? `&cursor=${cursor}` : ""}`);
const isDraft = (one) => one.state === "draft";

export function open() {
  learnNames();
  const list = pages(ask);
  const again = () => newest(list, ask);
  const stop = watch(() => again().catch(() => {}), EVERY_MS);
  return { title: () => say("console.incidents"), view: () => html`<${Incidents} list=${list} again=${again} />`, close: stop };
}

const Incidents = ({ list, again }) => html`
  <${Heading}>${say("console.incidents")}<//>
  <p>${say("console.incidents-what")}</p>
  ${may("status.keep") && html`<p class="deeds"><button type="button" onClick=${() => openIncident(again)}>${say("console.incident-new")}</button></p>`}
  ${list.rows.value?.some(isDraft) && html`<${Table} name="incident-drafts" title=${say("console.incident-drafts")} rows=${list.rows.value.filter(isDraft)} columns=${COLUMNS} empty="" />`}
  <${PagedTable} of=${list} name="incidents" title=${say("console.incidents-told")} filter=${(one) => !isDraft(one)} columns=${COLUMNS} empty=${say("console.nothing-yet")} />
`;

const time = (key, read) => ({ key, cell: (row) => html`<${Moment} at=${read(row)} />`, text: (row) => read(row) });

const COLUMNS = [
  { key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state },
  { key: "severity", cell: (row) => what(row.severity), text: (row) => row.severity },
  { key: "title", wide: true, cell: (row) => html`<a href=${`#/incidents/${row.id}`} data-stop>${row.title[language.value]}</a>`, text: (row) => row.title[language.value] },
  { key: "has-it", cell: (row) => (row.taken_by ? html`<${Name} of=${row.taken_by} />` : say("console.has-it-nobody")), text: (row) => row.taken_by },
  time("began_at", (row) => row.times.began_at),
  time("updated_at", (row) => row.updated_at),
];
