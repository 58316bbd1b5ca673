/** Days, newest first: whether our journal, the processors and the banks agree. */
import { may } from "/console/may.js";
import { Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { FORMS, recognised, upload } from "/console/uploading.js";
import { say } from "/shared/language.js";
import { announce, Field, Form, Heading, job, pages, Submit, wrong } from "/shared/parts.js";
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
  const arriving = arrival(() => (list.value = pages(askFor)));
  return { title: () => say("console.reconciliations"), view: () => html`<${Reconciliations} list=${list.value} again=${again} arriving=${arriving} />` };
}

/** A statement on its way to us: {about (what the form says of it), part (0 to 1, null before and after), work}. */
function arrival(arrived) {
  const about = signal({ side: "processor", form: "", name: "" });
  const part = signal(null);
  const work = job(async ({ file, side, name, form, day }) => {
    try {
      const known = await upload(file, { side, name: name.trim(), form, day }, (gone) => (part.value = gone));
      announce(say(known ? "console.upload-known" : "console.uploaded", { day }));
      arrived();
    } finally {
      part.value = null;
    }
  });
  return { about, part, work };
}

const Reconciliations = ({ list, again, arriving }) => html`
  <${Heading}>${say("console.reconciliations")}<//>
  <p>${say("console.reconciliations-what")}</p>
  ${may("reconciliations.keep") && html`
    <${Form} job=${again} class="filters">
      <${Field} name="day" type="date" label=${say("console.day")} defaultValue=${yesterday()} max=${yesterday()} required />
      <${Submit} job=${again}>${say("console.reconcile")}<//>
    <//>
    <${Upload} ...${arriving} />`}
  <${PagedTable} of=${list} name="reconciliations" title=${say("console.days")} columns=${COLUMNS} id=${(row) => row.day} empty=${say("console.no-reconciliations")} />
`;

function Upload({ about, part, work }) {
  const { side, form, name } = about.value;
  const change = (facts) => (about.value = { ...about.value, ...facts });
  const look = async ({ target: { files } }) => files[0] && change(await recognised(files[0]));
  const turn = (chosen) => change({ side: chosen, form: FORMS[chosen].includes(form) ? form : "" });
  const problem = work.problem.value;
  return html`
    <h2>${say("console.upload")}</h2>
    <p>${say("console.upload-what")}</p>
    <${Form} job=${work} class="upload" id="upload">
      <${Field} name="file" type="file" label=${say("console.file")} required onChange=${look} />
      <${Choice} name="side" label=${say("console.side")} value=${side} of=${Object.keys(FORMS)} onChange=${turn} />
      <${Choice} name="form" label=${say("console.form")} value=${form} of=${FORMS[side]} empty=${say("console.form-choose")} onChange=${(chosen) => change({ form: chosen })} />
      <${Field} name="name" label=${say("console.book")} value=${name} onInput=${(event) => change({ name: event.target.value })} autocomplete="off" spellcheck=${false} required problem=${wrong(problem, "name")} />
      <${Field} name="day" id="statement-day" type="date" label=${say("console.day")} value=${yesterday()} max=${yesterday()} required problem=${wrong(problem, "day")} />
      <${Submit} job=${work}>${say("console.upload-go")}<//>
    <//>
    ${part.value !== null && html`<label class="going" for="going">${say("console.uploading")} <progress id="going" max="1" value=${part.value} /></label>`}
  `;
}

const Choice = ({ name, label, value, of, empty = "", onChange }) => html`
  <label class="field" for=${name}><span>${label}</span>
    <select id=${name} name=${name} onChange=${(event) => onChange(event.target.value)}>
      ${empty && html`<option value="" selected=${value === ""}>${empty}</option>`}
      ${of.map((one) => html`<option key=${one} value=${one} selected=${one === value}>${say(`console.${name}.${one}`)}</option>`)}
    </select>
  </label>`;

/** `asked` while it is waited for, then what came of it. */
export const state = (report) => (report.status === "asked" ? "asked" : outcome(report));

/** What the last run found: that all agrees, or what is worst of it; `not-compared` where nobody has compared anything yet. */
export function outcome(report) {
  if (!report.ran_at) return "not-compared";
  if (report.agrees) return "agrees";
  if (report.differences > 0 || report.books.some((one) => one.unexplained !== 0)) return "differs";
  if (report.clearing.some((one) => one.difference !== 0)) return "clearing-differs";
  if (report.safeguarding.some((one) => one.covered === false)) return "short";
  return "statements-missing";
}

const COLUMNS = [
  { key: "day", cell: (row) => html`<a class="id" href=${`#/reconciliations/${row.day}`} data-stop>${row.day}</a>`, text: (row) => row.day },
  { key: "status", cell: (row) => html`<${State} of=${state(row)} />`, text: state },
  { key: "differences", number: true, cell: (row) => (row.ran_at ? row.differences : "–"), text: (row) => (row.ran_at ? row.differences : "") },
  { key: "without-statement", cell: (row) => row.missing.join(", "), text: (row) => row.missing.join(" ") },
  { key: "ran_at", cell: (row) => html`<${Moment} at=${row.ran_at} />`, text: (row) => row.ran_at },
];
