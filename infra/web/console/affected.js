/** Who was affected by an incident: searching them, how many of what, who (ids alone), and telling them. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Moment } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { Refused } from "/shared/door.js";
import { say, shownMoney, shownNumber } from "/shared/language.js";
import { Button, job, pages, Problem, Shown } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 5_000;
const panels = new Map();

/** Of each incident one panel, for as long as the page is open. */
export function Affected({ incident }) {
  if (!panels.has(incident.id)) panels.set(incident.id, panel(incident.id));
  const { found, people, search, list } = panels.get(incident.id);
  const { data, problem } = found.value;
  const none = problem instanceof Refused && problem.answer.status === 404;
  return html`
    <section class="affected" aria-label=${say("affected.title")}>
      <h2>${say("affected.title")}</h2>
      <p>${say("affected.what")}</p>
      ${data ? html`<${Search} of=${data} incident=${incident} people=${people} list=${list} />` : none ? html`<${Begin} search=${search} />` : html`<${Shown} of=${found}>${() => ""}<//>`}
    </section>`;
}

function panel(id) {
  const path = `/v1/incidents/${id}/affected`;
  const found = see(path);
  const people = signal(null);
  const search = job(async () => {
    await call("POST", path, { body: {} });
    await lookAgain(path);
  });
  const list = () => (people.value = pages((cursor) => get(`${path}/people?limit=20${cursor ? `&cursor=${cursor}` : ""}`)));
  const stop = watch(() => (location.hash.includes(id) ? found.peek().data?.state === "searching" && see(path) : (stop(), panels.delete(id))), EVERY_MS);
  return { found, people, search, list };
}

const Begin = ({ search }) => html`
  <${Problem} of=${search.problem.value} />
  ${may("status.keep") && html`<p class="deeds"><${Button} job=${search} onClick=${search.run}>${say("affected.search")}<//></p>`}
`;

const Search = ({ of: one, incident, people, list }) => html`
  <${Facts} of=${[
    ["affected-state", one.state === "done" ? say("affected.done") : say("affected.searching", { done: one.done, of: one.of })],
    ["affected-from", html`<${Moment} at=${one.from} />`],
    ["affected-until", html`<${Moment} at=${one.until} />`],
    ["affected-people", shownNumber(one.people)],
    ["affected-told", one.told_at && html`<${Moment} at=${one.told_at} />`],
  ]} />
  <${Table} name=${`affected-${one.incident_id}`} title=${say("affected.sums")} rows=${one.sums} columns=${SUMS} empty=${say("affected.nobody")} />
  <p class="deeds">
    ${may("status.keep") && one.state === "done" && incident.state !== "draft" && one.people > 0 && html`<button type="button" onClick=${() => notify(one)}>${say("affected.notify")}</button>`}
    ${may("movements.see") && one.people > 0 && !people.value && html`<button type="button" class="secondary" onClick=${list}>${say("affected.list")}</button>`}
  </p>
  ${people.value && html`<${PagedTable} of=${people.value} name=${`people-${one.incident_id}`} title=${say("affected.people")} id=${(row) => row.person_id} columns=${PEOPLE} empty=${say("affected.nobody")} />`}
`;

const outcome = (row) => say(`affected.is.${row.outcome}`);
// A payment of an order that was never made: what it comes to is not known.
const sum = (row) => (row.currency ? shownMoney(row.amount, row.currency) : "–");
const told = (one) => `${outcome(one)} · ${sum(one)}`;
const neverMade = (one) => one.final_at === "" && ["payment", "transfer"].includes(one.kind);
const SUMS = [
  { key: "kind", cell: (row) => say(`affected.kind.${row.kind}`), text: (row) => row.kind },
  { key: "affected-outcome", cell: outcome, text: (row) => row.outcome },
  { key: "affected-movements", cell: (row) => shownNumber(row.movements), text: (row) => String(row.movements) },
  { key: "amount", cell: sum, text: sum },
];

const movements = ({ movements: all }) => all.map(told).join("; ");
const PEOPLE = [
  { key: "person", cell: (row) => html`<a href=${`#/people/${row.person_id}`}><span class="id">${row.person_id}</span></a>`, text: (row) => row.person_id },
  { key: "affected-movements", cell: (row) => row.movements.map((one) => html`<div key=${one.id}>${neverMade(one) ? told(one) : html`<a href=${`#/movements/${one.id}`}>${told(one)}</a>`}</div>`), text: movements },
];

const notify = (one) =>
  ask({
    plain: true,
    title: say("affected.notify"),
    what: say("affected.notify-what", { people: one.people }),
    fields: () => html`<label><input type="checkbox" name="follow" />${say("affected.follow")}</label>`,
    go: say("affected.notify"),
    done: say("affected.notified"),
    act: async (fields) => {
      await call("POST", `/v1/incidents/${one.incident_id}/affected/notify`, { body: { follow: Boolean(fields.follow) } });
      await lookAgain(`/v1/incidents/${one.incident_id}/affected`);
    },
  });
