/** What waits for a person's eye: who may be on a list, and documents that nobody else has said anything about. */
import { may } from "/console/may.js";
import { Id, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const list = (path) => pages((cursor) => get(`${path}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
const isDocument = (one) => one.kind === "person-unverified";

export function open() {
  const [hits, cases] = [list("/v1/screenings"), list("/v1/cases")];
  return { title: () => say("verify.title"), view: () => html`
    <${Heading}>${say("verify.title")}<//>
    <p>${say("verify.about")}</p>
    <${PagedTable} of=${hits} name="screenings" title=${say("verify.hits")} columns=${HITS} empty=${say("verify.no-hits")} />
    ${may("people.verify") && html`<${PagedTable} of=${cases} name="documents" title=${say("verify.documents")} columns=${DOCUMENTS} empty=${say("verify.no-documents")} filter=${isDocument} />`}` };
}

const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const rules = (row) => [...new Set(row.hits.map((one) => one.rule))].map((rule) => say(`verify.rule.${rule}`)).join(", ");
const HITS = [
  time("opened_at"),
  { key: "screening", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "full_name", wide: true, cell: (row) => row.full_name, text: (row) => row.full_name },
  { key: "born_on", cell: (row) => row.born_on, text: (row) => row.born_on },
  { key: "entries", wide: true, cell: (row) => row.hits.map((one) => one.names.split(";")[0]).join(", "), text: (row) => row.hits.map((one) => one.entry).join(" ") },
  { key: "rule", cell: rules, text: rules },
];
const DOCUMENTS = [
  time("due_at"),
  { key: "kind", cell: (row) => say(`verify.kind.${row.facts.kind}`), text: (row) => row.facts.kind },
  { key: "person", cell: (row) => html`<a class="id" href=${`#/people/${row.facts.user_id}/documents`} data-stop>${row.facts.user_id}</a>`, text: (row) => row.facts.user_id },
  { key: "case", cell: (row) => html`<${Id} of=${row.id} />`, text: (row) => row.id },
  time("opened_at"),
];
