/** What everybody is told: the state of the service, incidents and maintenance. */
import { Moment, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, Shown } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const look = () => see("/v1/status");

export function open() {
  const status = look();
  return { title: () => say("console.status"), view: () => html`<${Heading}>${say("console.status")}<//><${Shown} of=${status}>${(data) => html`<${Status} of=${data} />`}<//>`, close: watch(look, 30_000) };
}

const Status = ({ of: status }) => html`
  <p class="summary"><${State} of=${status.state} /></p>
  <${Table} name="status" title=${say("console.announcements")} rows=${status.banners} columns=${COLUMNS} empty=${say("console.no-announcements")} />
`;

const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const plain = (key) => ({ key, cell: (row) => row[key], text: (row) => row[key] });
const COLUMNS = [plain("kind"), plain("severity"), plain("title"), plain("body"), time("starts_at"), time("ends_at"), time("updated_at")];
