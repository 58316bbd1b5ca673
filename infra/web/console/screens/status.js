/** What everybody is told: the state of the service, incidents and maintenance; and telling them. */
import { may } from "/console/may.js";
import { Probes } from "/console/probes.js";
import { Moment, State, what } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { moment, openIncident, said, Sentences, tell, Time } from "/console/telling.js";
import { language, say } from "/shared/language.js";
import { Field, Heading, pages, Shown } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const look = () => see("/v1/status");
const asked = (path) => pages((cursor) => get(`/v1/${path}?limit=20${cursor ? `&cursor=${cursor}` : ""}`));

export function open() {
  const status = look();
  const [incidents, windows, probes] = [signal(null), signal(null), signal(null)];
  const again = () => {
    incidents.value = asked("incidents");
    windows.value = asked("maintenance-windows");
    get("/v1/probes").then((seen) => (probes.value = seen), () => {});
    return lookAgain("/v1/status");
  };
  const stop = [watch(look, 30_000), effect(() => may("status.see") && !incidents.peek() && void untracked(again))];
  return { title: () => say("console.status"), view: () => html`<${Heading}>${say("console.status")}<//><${Status} status=${status} incidents=${incidents} windows=${windows} probes=${probes} again=${again} />`, close: () => stop.forEach((one) => one()) };
}

const Status = ({ status, incidents, windows, probes, again }) => html`
  ${may("status.keep") && html`
    <p class="deeds">
      <button type="button" onClick=${() => openIncident(again)}>${say("console.incident-new")}</button>
      <button type="button" class="secondary" onClick=${() => schedule(again)}>${say("console.maintenance-new")}</button>
    </p>`}
  <${Shown} of=${status}>${(data) => html`
    <p class="summary"><${State} of=${data.state} /> <a href="/status/">${say("console.status-page")}</a></p>
    <${Table} name="status" title=${say("console.announcements")} rows=${data.banners} columns=${BANNERS} empty=${say("console.no-announcements")} />`}<//>
  ${incidents.value && html`<${PagedTable} of=${incidents.value} name="incidents" title=${say("console.incidents")} columns=${[ANNOUNCED[0], ANNOUNCED[1], LEADS, ...TIMES]} empty=${say("console.nothing-yet")} />`}
  ${windows.value && html`<${PagedTable} of=${windows.value} name="maintenance" title=${say("console.windows")} columns=${[ANNOUNCED[0], RESTS, ...ANNOUNCED.slice(2), deeds(again)]} empty=${say("console.nothing-yet")} />`}
  ${probes.value && html`<${Probes} of=${probes.value} />`}
`;

const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const word = (key) => ({ key, cell: (row) => what(row[key]), text: (row) => row[key] });
const plain = (key) => ({ key, cell: (row) => row[key], text: (row) => row[key] });
const own = (key) => ({ key, cell: (row) => row[key][language.value], text: (row) => row[key][language.value] });
const TIMES = [time("starts_at"), time("ends_at"), time("updated_at")];
const BANNERS = [word("kind"), word("severity"), plain("title"), plain("body"), ...TIMES];
const ANNOUNCED = [{ key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state }, word("severity"), own("title"), ...TIMES];

const LEADS = { ...own("title"), cell: (row) => html`<a href=${`#/incidents/${row.id}`} data-stop>${row.title[language.value]}</a>` };

const deeds = (again) => ({ key: "deeds", cell: (row) => (may("status.keep") ? html`<${Deed} of=${row} again=${again} />` : ""), text: () => "" });

function Deed({ of: one, again }) {
  if (one.kind === "maintenance" && one.state === "scheduled") return html`<button type="button" class="plain" data-stop onClick=${() => cancel(one, again)}>${say("console.maintenance-cancel")}</button>`;
  return "";
}

const CAPABILITIES = ["everything", "payments", "top-ups", "transfers", "withdrawals", "payouts", "sign-ups"];
const resting = ({ capability, processor }) => (capability ? [say(`console.rests.${capability}`), processor].filter(Boolean).join(" · ") : "");
const RESTS = { key: "capability", cell: resting, text: resting };

/** What rests, and at which bank alone. */
const Rests = ({ wrong }) => html`
  <label class="field" for="capability"><span>${say("console.capability")}</span>
    <select id="capability" name="capability">${CAPABILITIES.map((one) => html`<option key=${one} value=${one}>${say(`console.rests.${one}`)}</option>`)}</select>
  </label>
  <${Field} name="processor" problem=${wrong("processor")} label=${say("console.rests-at")} maxlength="32" />
`;
const restsAt = ({ capability, processor }) => ({ capability, ...(processor.trim() && { processor: processor.trim() }) });

const schedule = (again) =>
  tell({
    title: say("console.maintenance-new"),
    what: say("console.incident-what"),
    fields: (wrong) => html`<${Rests} wrong=${wrong} /><${Time} name="starts_at" wrong=${wrong} /><${Time} name="ends_at" wrong=${wrong} /><${Sentences} wrong=${wrong} />`,
    word: say("console.word.tell"),
    go: say("console.tell"),
    act: (fields) => call("POST", "/v1/maintenance-windows", { body: { starts_at: moment(fields.starts_at), ends_at: moment(fields.ends_at), ...restsAt(fields), ...said(fields) } }),
  }, again);

const cancel = (one, again) =>
  tell({
    title: say("console.maintenance-cancel"),
    what: one.title[language.value],
    go: say("console.maintenance-cancel"),
    act: () => call("POST", `/v1/maintenance-windows/${one.id}/cancel`),
  }, again);
