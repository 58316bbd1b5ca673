/** Days, newest first: whether our journal, the processors and the banks agree. */
import { may } from "/console/may.js";
import { Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { announce, Field, Form, Heading, job, pages, Submit } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const DAY_MS = 86_400_000;
const askFor = (cursor) => get(`/v1/reconciliations?limit=50${cursor ? `&cursor=${cursor}` : ""}`);

/** Yesterday, in UTC: the last day that is over. */
const yesterday = () => new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);

export function open() {
  const list = signal(pages(askFor));
  const again = job(async ({ day }) => {
    await call("POST", "/v1/reconciliations", { body: { day } });
    announce(say("console.reconcile-asked", { day }));
    list.value = pages(askFor);
  });
  return { title: () => say("console.reconciliations"), view: () => html`<${Reconciliations} list=${list.value} again=${again} />` };
}

const Reconciliations = ({ list, again }) => html`
  <${Heading}>${say("console.reconciliations")}<//>
  <p>${say("console.reconciliations-what")}</p>
  ${may("reconciliations.keep") && html`
    <${Form} job=${again} class="filters">
      <${Field} name="day" type="date" label=${say("console.day")} defaultValue=${yesterday()} max=${yesterday()} required />
      <${Submit} job=${again}>${say("console.reconcile")}<//>
    <//>`}
  <${PagedTable} of=${list} name="reconciliations" title=${say("console.days")} columns=${COLUMNS} id=${(row) => row.day} empty=${say("console.no-reconciliations")} />
`;

const COLUMNS = [
  { key: "day", cell: (row) => html`<a class="id" href=${`#/reconciliations/${row.day}`} data-stop>${row.day}</a>`, text: (row) => row.day },
  { key: "status", cell: (row) => html`<${State} of=${state(row)} />`, text: state },
  { key: "differences", number: true, cell: (row) => row.differences, text: (row) => row.differences },
  { key: "without-statement", cell: (row) => row.missing.join(", "), text: (row) => row.missing.join(" ") },
  { key: "ran_at", cell: (row) => html`<${Moment} at=${row.ran_at} />`, text: (row) => row.ran_at },
];

/** `asked` while it is waited for, then whether the books agree. */
export function state(report) {
  if (report.status === "asked") return "asked";
  return report.agrees ? "agrees" : "differs";
}
