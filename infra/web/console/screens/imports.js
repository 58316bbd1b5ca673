/** Outside files that reports join: which there are, and a new one on its way. */
import { learnNames, Name } from "/console/colleagues.js";
import { headersOf, nameOf } from "/console/imported.js";
import { may } from "/console/may.js";
import { Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { hashed, put } from "/console/uploading.js";
import { say, shownNumber } from "/shared/language.js";
import { announce, Field, Form, Heading, job, pages, Submit, Trouble, Up, wrong } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const IMPORTS = "/v1/reports/imports";
const KEYS = ["merchant", "category", "processor", "method", "region", "channel", "movement", "account"];
const MOST_BYTES = 200_000_000;
const MOST_COLUMNS = 8;
const NAME = "[a-z][a-z0-9_]{0,31}";

export function open() {
  const list = pages((cursor) => get(`${IMPORTS}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const [about, part] = [signal({ headers: [], chosen: [], name: "" }), signal(null)];
  const work = job(async (fields) => {
    try {
      const made = await sent(fields, about.peek(), (gone) => (part.value = gone));
      announce(say("console.imports.sent"), true);
      go(`/reports/imports/${made.id}`);
    } finally {
      part.value = null;
    }
  });
  learnNames();
  const view = () => html`
    <${Up} path="/reports">${say("console.reports.reports")}<//>
    <${Heading}>${say("console.reports.imports")}<//>
    <p>${say("console.imports.what")}</p>
    ${may("reports.keep") && html`<${Upload} about=${about} part=${part} work=${work} />`}
    <${PagedTable} of=${list} name="imports" title=${say("console.reports.imports")} columns=${COLUMNS} empty=${say("console.imports.none")} />`;
  return { title: () => say("console.reports.imports"), view };
}

/** Declares the file and sends it by the link that takes this content and no other. */
async function sent({ file, name, key, key_column, ...rest }, { chosen }, progress) {
  if (!file?.size) throw new Trouble("console.imports.empty");
  if (file.size > MOST_BYTES) throw new Trouble("console.imports.large");
  if (chosen.length === 0) throw new Trouble("console.imports.no-column");
  progress(0);
  const columns = chosen.map((at, place) => ({ column: rest[`column-${at}`], name: rest[`name-${at}`] ?? `column_${place + 1}` }));
  const sha256 = await hashed(file);
  const made = await call("POST", IMPORTS, { body: { name, key, key_column, columns, sha256, bytes: file.size } });
  await put(made.upload.url, made.upload.headers, file, progress);
  return made;
}

function Upload({ about, part, work }) {
  const { headers, chosen, name } = about.value;
  const change = (facts) => (about.value = { ...about.peek(), ...facts });
  const look = async ({ target: { files } }) => {
    if (!files[0]) return;
    const found = await headersOf(files[0]);
    change({ headers: found, chosen: [], name: nameOf(files[0].name.replace(/\.[^.]*$/, ""), "file") });
  };
  const problem = work.problem.value;
  return html`
    <h2>${say("console.imports.new")}</h2>
    <${Form} job=${work} class="upload" id="import">
      <${Field} name="file" type="file" accept=".csv,text/csv" label=${say("console.file")} required onChange=${look} />
      ${headers.length > 0 && html`
        <${Field} name="name" label=${say("console.imports.name")} hint=${say("console.imports.name-hint")} value=${name} onInput=${(event) => change({ name: event.target.value })} pattern=${NAME} maxlength="32" required autocomplete="off" spellcheck=${false} problem=${wrong(problem, "name")} />
        <${Choice} name="key_column" label=${say("console.imports.key-column")} of=${headers} named=${(one) => one} />
        <${Choice} name="key" label=${say("console.imports.key")} of=${KEYS} named=${(one) => say(`console.imports.key.${one}`)} />
        <${Columns} headers=${headers} chosen=${chosen} file=${name} change=${(next) => change({ chosen: next })} problem=${wrong(problem, "columns")} />`}
      <${Submit} job=${work}>${say("console.imports.go")}<//>
    <//>
    ${part.value !== null && html`<label class="going" for="going">${say("console.uploading")} <progress id="going" max="1" value=${part.value} /></label>`}
  `;
}

const Columns = ({ headers, chosen, file, change, problem }) => html`
  <fieldset class="chosen wide"><legend>${say("console.imports.columns")}</legend>
    ${headers.map((header, at) => html`<${Column} key=${at + header} header=${header} at=${at} file=${file} on=${chosen.includes(at)} full=${chosen.length >= MOST_COLUMNS} tick=${(on) => change(on ? [...chosen, at] : chosen.filter((one) => one !== at))} />`)}
    ${problem && html`<small class="wrong">${problem}</small>`}
  </fieldset>
`;

/** A click comes before the form hears of it, and draws all anew. */
const Column = ({ header, at, file, on, full, tick }) => html`
  <div>
    <label class="tick"><input type="checkbox" checked=${on} disabled=${!on && full} onClick=${(event) => tick(event.target.checked)} />${header}</label>
    ${on && html`
      <input type="hidden" name=${`column-${at}`} value=${header} />
      <${Field} name=${`name-${at}`} label=${say("console.imports.called", { file })} defaultValue=${nameOf(header, `column_${at + 1}`)} pattern=${NAME} maxlength="32" required autocomplete="off" spellcheck=${false} />`}
  </div>
`;

const Choice = ({ name, label, of, named }) => html`
  <label class="field" for=${name}><span>${label}</span>
    <select id=${name} name=${name}>${of.map((one) => html`<option key=${one} value=${one}>${named(one)}</option>`)}</select>
  </label>
`;

const rowsOf = (row) => row.quality?.rows ?? row.rows_read;
const COLUMNS = [
  { key: "imports.name", cell: (row) => html`<a class="id" href=${`#/reports/imports/${row.id}`} data-stop>${row.name}</a>`, text: (row) => row.name },
  { key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state },
  { key: "imports.used", cell: (row) => (row.used ? say("console.imports.is-used") : ""), text: (row) => row.used },
  { key: "imports.rows", number: true, cell: (row) => shownNumber(rowsOf(row)), text: rowsOf },
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "by", cell: (row) => html`<${Name} of=${row.made_by} />`, text: (row) => row.made_by },
];
