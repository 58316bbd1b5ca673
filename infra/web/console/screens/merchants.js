/** Every merchant, newest first; and another one. */
import { takeOn } from "/console/joining.js";
import { may } from "/console/may.js";
import { Id, Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`/v1/merchants?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  return { title: () => say("console.merchants"), view: () => html`
    <${Heading}>${say("console.merchants")}<//>
    ${may("merchants.join") && html`<p class="deeds"><button type="button" onClick=${takeOn}>${say("shops.take-on")}</button></p>`}
    <${PagedTable} of=${list} name="merchants" title=${say("console.merchants")} columns=${COLUMNS} empty=${say("console.nothing-yet")} />` };
}

const currencies = (row) => Object.keys(row.accounts).join(" ");
const COLUMNS = [
  { key: "name-column", cell: (row) => row.name, text: (row) => row.name },
  { key: "id", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  { key: "currencies", cell: currencies, text: currencies },
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
];
