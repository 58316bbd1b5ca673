/** A table of the back office; on a phone it can be moved sideways, by keyboard too. */
import { Empty } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/** `columns`: [{name, cell(row), number?}]. */
export const Table = ({ title, columns, rows, empty, id = (row) => row.id }) => rows.length === 0
  ? html`<${Empty}>${empty}<//>`
  : html`
    <div class="sideways" tabindex="0" role="group" aria-label=${title}>
      <table>
        <thead><tr>${columns.map(({ name, number }) => html`<th key=${name} scope="col" class=${number ? "number" : ""}>${name}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`<tr key=${id(row)}>${columns.map(({ name, cell, number }) => html`<td key=${name} class=${number ? "number" : ""}>${cell(row)}</td>`)}</tr>`)}</tbody>
      </table>
    </div>`;
