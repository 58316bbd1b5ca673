/** Tables: every one can be walked through by j and k, and exported. */
import { csv, save } from "/console/csv.js";
import { say } from "/shared/language.js";
import { announce, Button, Empty, job, Problem, Waiting } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/**
 * `columns`: [{key (of its title), title? (instead: text, or what says it), cell(row) for the screen, text(row) for the file, number?, wide? (its words break)}];
 * one without `cell` is for the file alone. `name`: of the file. `chosen`: a signal of the set of ids that are ticked,
 * where rows can be. `all`: gets what is not here yet before it is exported.
 */
export function Table({ name, title, columns, rows, empty, chosen, id = (row) => row.id, tools, all }) {
  const seen = columns.filter((column) => column.cell);
  return html`
    <section class="table" aria-label=${title}>
      <header>
        <h2>${title}</h2>
        <div class="tools">${tools}<${Export} name=${name} columns=${columns} rows=${rows} all=${all} /></div>
      </header>
      ${rows.length === 0 ? html`<${Empty}>${empty}<//>` : html`
        <div class="sideways" tabindex="0" role="group" aria-label=${title}>
          <table>
            <thead><tr>
              ${chosen && html`<th scope="col"><${All} rows=${rows} id=${id} chosen=${chosen} /></th>`}
              ${seen.map((column) => html`<th key=${column.key} scope="col" class=${kind(column)}>${titleOf(column)}</th>`)}
            </tr></thead>
            <tbody>${rows.map((row) => html`<${Row} key=${id(row)} row=${row} columns=${seen} id=${id} chosen=${chosen} />`)}</tbody>
          </table>
        </div>`}
    </section>
  `;
}

const titleOf = ({ key, title = () => say(`console.${key}`) }) => (typeof title === "function" ? title() : title);
const kind = (column) => (column.number ? "number" : column.wide ? "wide" : "");

function Row({ row, columns, id, chosen }) {
  const ticked = chosen?.value.has(id(row)) ?? false;
  return html`
    <tr tabindex="-1" aria-selected=${chosen ? String(ticked) : undefined}>
      ${chosen && html`<td><input type="checkbox" aria-label=${say("console.choose", { id: id(row) })} checked=${ticked} onChange=${() => tick(chosen, id(row))} /></td>`}
      ${columns.map((column) => html`<td key=${column.key} class=${kind(column)}>${column.cell(row)}</td>`)}
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

const MOST_EXPORTED = 2_000;
const PAUSE_MS = 50;
/** One at a time, whichever table it is of. */
const exporting = job((work) => work());

/** The whole table, not only what was looked at of it. */
function Export({ name, columns, rows, all }) {
  const give = async () => {
    const given = all ? await all() : rows;
    save(`${name}.csv`, csv([columns.map(titleOf), ...given.map((row) => columns.map((column) => column.text(row)))]));
  };
  return html`<${Button} kind="plain" job=${exporting} data-export disabled=${rows.length === 0} onClick=${() => exporting.run(give)}>${say("console.export")}<//>`;
}

/** Every row of a list, fetched as far as it goes; throws what its next page failed with. */
async function whole(list) {
  while (list.left.peek() && list.rows.peek().length < MOST_EXPORTED) {
    if (list.next.busy.peek()) await new Promise((done) => setTimeout(done, PAUSE_MS));
    else await list.next.run();
    if (list.next.problem.peek()) throw list.next.problem.peek();
  }
  if (list.left.peek()) announce(say("console.exported-some", { count: list.rows.peek().length }));
  return list.rows.peek();
}

/** A `Table` of `pages` (shared/parts.js), with a button for more of it. */
export function PagedTable({ of: list, ...table }) {
  const rows = list.rows.value;
  if (rows === null) return list.next.problem.value ? html`<${Problem} of=${list.next.problem.value} />` : html`<${Waiting} />`;
  const fit = (some) => (table.filter ? some.filter(table.filter) : some);
  return html`
    <${Table} ...${table} rows=${fit(rows)} all=${async () => fit(await whole(list))} />
    <${Problem} of=${list.next.problem.value} />
    ${list.left.value && html`<${Button} kind="secondary" job=${list.next} onClick=${list.next.run}>${say("shared.more")}<//>`}
  `;
}
