/** Tables: every one can be walked through by j and k, and exported. */
import { csv, save } from "/console/csv.js";
import { say } from "/shared/language.js";
import { Button, Empty, Problem, Waiting } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/**
 * `columns`: [{key (of its title), cell(row) for the screen, text(row) for the file, number?}]; `name`: of the file.
 * `chosen`: a signal of the set of ids that are ticked, where rows can be.
 */
export function Table({ name, title, columns, rows, empty, chosen, id = (row) => row.id, tools }) {
  return html`
    <section class="table" aria-label=${title}>
      <header>
        <h2>${title}</h2>
        <div class="tools">${tools}<${Export} name=${name} columns=${columns} rows=${rows} /></div>
      </header>
      ${rows.length === 0 ? html`<${Empty}>${empty}<//>` : html`
        <div class="sideways" tabindex="0" role="group" aria-label=${title}>
          <table>
            <thead><tr>
              ${chosen && html`<th scope="col"><${All} rows=${rows} id=${id} chosen=${chosen} /></th>`}
              ${columns.map((column) => html`<th key=${column.key} scope="col" class=${column.number ? "number" : ""}>${say(`console.${column.key}`)}</th>`)}
            </tr></thead>
            <tbody>${rows.map((row) => html`<${Row} key=${id(row)} row=${row} columns=${columns} id=${id} chosen=${chosen} />`)}</tbody>
          </table>
        </div>`}
    </section>
  `;
}

function Row({ row, columns, id, chosen }) {
  const ticked = chosen?.value.has(id(row)) ?? false;
  return html`
    <tr aria-selected=${chosen ? String(ticked) : undefined}>
      ${chosen && html`<td><input type="checkbox" aria-label=${say("console.choose", { id: id(row) })} checked=${ticked} onChange=${() => tick(chosen, id(row))} /></td>`}
      ${columns.map((column) => html`<td key=${column.key} class=${column.number ? "number" : ""}>${column.cell(row)}</td>`)}
    </tr>
  `;
}

function All({ rows, id, chosen }) {
  const all = rows.map(id);
  const every = all.length > 0 && all.every((one) => chosen.value.has(one));
  return html`<input type="checkbox" aria-label=${say("console.choose-all")} checked=${every} onChange=${() => (chosen.value = new Set(every ? [] : all))} />`;
}

function tick(chosen, one) {
  const next = new Set(chosen.value);
  if (!next.delete(one)) next.add(one);
  chosen.value = next;
}

function Export({ name, columns, rows }) {
  const give = () => save(`${name}.csv`, csv([columns.map(({ key }) => say(`console.${key}`)), ...rows.map((row) => columns.map((column) => column.text(row)))]));
  return html`<button type="button" class="plain" data-export disabled=${rows.length === 0} onClick=${give}>${say("console.export")}</button>`;
}

/** A `Table` of `pages` (shared/parts.js), with a button for more of it. */
export function PagedTable({ of: list, ...table }) {
  const rows = list.rows.value;
  if (rows === null) return list.next.problem.value ? html`<${Problem} of=${list.next.problem.value} />` : html`<${Waiting} />`;
  return html`
    <${Table} ...${table} rows=${table.filter ? rows.filter(table.filter) : rows} />
    <${Problem} of=${list.next.problem.value} />
    ${list.left.value && html`<${Button} kind="secondary" job=${list.next} onClick=${list.next.run}>${say("shared.more")}<//>`}
  `;
}
