/** The audit log: who did what to whom and why, newest first; and as a file that shows whether it was changed. */
import { save } from "/console/csv.js";
import { may } from "/console/may.js";
import { Id, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { Button, Field, Heading, job, pages, Problem } from "/shared/parts.js";
import { good, send } from "/shared/door.js";
import { goInstead } from "/shared/router.js";
import { get, session } from "/shared/session.js";
import { html } from "/shared/ui.js";

const FILTERS = ["actor", "subject", "action"];
const DAY_MS = 86_400_000;

export function open({ query }) {
  const wanted = Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
  const list = pages((cursor) => get(`/v1/audit-log?${new URLSearchParams({ limit: 50, ...wanted, ...(cursor ? { cursor } : {}) })}`));
  const give = job(async () => {
    await get("/v1/me/permissions");
    const until = new Date(Date.now() - 90_000);
    const body = { from: new Date(until - 7 * DAY_MS).toISOString(), to: until.toISOString(), format: "csv", ...wanted };
    const answer = await send("POST", "/v1/audit-log/exports", { token: session.value.access_token, body });
    good(answer);
    save("audit-log.csv", answer.text);
  });
  return { title: () => say("console.audit"), view: () => html`<${Audit} list=${list} wanted=${wanted} give=${give} />` };
}

const Audit = ({ list, wanted, give }) => html`
  <${Heading}>${say("console.audit")}<//>
  <form class="filters" onSubmit=${filter}>
    ${FILTERS.map((name) => html`<${Field} key=${name} name=${name} label=${say(`console.${name}`)} value=${wanted[name] ?? ""} autocomplete="off" />`)}
    <button>${say("console.filter")}</button>
  </form>
  <${Problem} of=${give.problem.value} />
  <${PagedTable} of=${list} name="audit-log-shown" title=${say("console.last-week")} columns=${COLUMNS} empty=${say("console.nothing-yet")}
    tools=${may("audit-log.export") && html`<${Button} kind="plain" job=${give} onClick=${() => give.run()}>${say("console.export-chained")}<//>`} />
`;

const COLUMNS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "actor", cell: (row) => html`<${Id} of=${row.actor} />`, text: (row) => row.actor },
  { key: "action", cell: (row) => html`<code>${row.action}</code>`, text: (row) => row.action },
  { key: "subject", cell: (row) => html`<${Id} of=${row.subject} data-stop />`, text: (row) => row.subject },
  { key: "reason", cell: (row) => row.reason, text: (row) => row.reason },
  { key: "facts", cell: (row) => said(row.facts), text: (row) => said(row.facts) },
  { key: "source", cell: (row) => html`<span class="id">${row.source}</span>`, text: (row) => row.source },
  { key: "intact", cell: (row) => say(row.intact ? "console.yes" : "console.changed"), text: (row) => String(row.intact) },
];

const said = (facts) => Object.entries(facts).map((pair) => pair.join("=")).join(" ");

function filter(event) {
  event.preventDefault();
  const given = [...new FormData(event.target)].filter(([, value]) => value.trim());
  goInstead(`/audit?${new URLSearchParams(given)}`);
}
