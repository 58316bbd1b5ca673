/** Open cases, soonest due first: looked through, taken on, resolved one by one or many at once. */
import { ask } from "/console/ask.js";
import { may, me } from "/console/may.js";
import { Id, Moment, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { announce, Heading, job, pages, Problem, told } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const ask_for = (cursor) => get(`/v1/cases?limit=50${cursor ? `&cursor=${cursor}` : ""}`);

export function open() {
  const list = signal(pages(ask_for));
  const [kind, whose, chosen] = [signal(""), signal(""), signal(new Set())];
  const again = () => {
    chosen.value = new Set();
    list.value = pages(ask_for);
  };
  const take = job(async () => {
    for (const id of chosen.value) await call("POST", `/v1/cases/${id}/take`);
    announce(say("console.taken", { count: chosen.value.size }));
    again();
  });
  return { title: () => say("console.cases"), view: () => html`<${Cases} list=${list.value} kind=${kind} whose=${whose} chosen=${chosen} take=${take} again=${again} />` };
}

function Cases({ list, kind, whose, chosen, take, again }) {
  const rows = list.rows.value ?? [];
  const mine = (row) => !whose.value || (whose.value === "mine" ? row.owner === me()?.id : row.owner === null);
  const several = { count: chosen.value.size };
  return html`
    <${Heading}>${say("console.cases")}<//>
    <p class="filters">
      <${Choice} name="kind" chosen=${kind} options=${[["", say("console.all-kinds")], ...[...new Set(rows.map((row) => row.kind))].map((one) => [one, what(one)])]} />
      <${Choice} name="whose" chosen=${whose} options=${[["", say("console.whose.all")], ["mine", say("console.whose.mine")], ["nobody", say("console.whose.nobody")]]} />
    </p>
    <${Problem} of=${take.problem.value} />
    <${PagedTable} of=${list} name="cases" title=${say("console.open-cases")} columns=${COLUMNS} chosen=${may("cases.resolve") ? chosen : undefined}
      empty=${say("console.no-cases")} filter=${(row) => (!kind.value || row.kind === kind.value) && mine(row)}
      tools=${may("cases.resolve") && chosen.value.size > 0 && html`
        <button type="button" class="secondary" aria-busy=${take.busy.value ? "true" : undefined} onClick=${() => take.run()}>${say("console.take-several", several)}</button>
        <button type="button" onClick=${() => resolve(rows.filter((row) => chosen.value.has(row.id)), again)}>${say("console.resolve-several", several)}</button>`} />
  `;
}

export const Choice = ({ name, chosen, options }) => html`
  <label for=${name}><span>${say(`console.${name}`)}</span>
    <select id=${name} value=${chosen.value} onChange=${(event) => (chosen.value = event.target.value)}>${options.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}</select>
  </label>
`;

const COLUMNS = [
  { key: "due_at", cell: (row) => html`<${Moment} at=${row.due_at} />`, text: (row) => row.due_at },
  { key: "kind", cell: (row) => what(row.kind), text: (row) => row.kind },
  { key: "case", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "subject", cell: (row) => html`<${Id} of=${row.subject} />`, text: (row) => row.subject },
  { key: "assigned", cell: (row) => (row.owner === null ? "–" : row.owner === me()?.id ? say("console.me") : html`<${Id} of=${row.owner} />`), text: (row) => row.owner ?? "" },
  { key: "opened_at", cell: (row) => html`<${Moment} at=${row.opened_at} />`, text: (row) => row.opened_at },
];

/** With a preview of what will be resolved; those that fail are named and the rest is done. */
export const resolve = (cases, done) =>
  ask({
    title: say("console.resolve-several", { count: cases.length }),
    what: say("console.resolve-what"),
    fields: () => html`<ul class="preview">${cases.map((one) => html`<li key=${one.id}>${what(one.kind)} <span class="id">${one.subject}</span></li>`)}</ul>`,
    label: say("console.note"),
    shortest: 1,
    word: cases.length > 1 ? say("console.word.resolve") : "",
    go: say("console.resolve"),
    act: async ({ reason }) => {
      const outcomes = await Promise.allSettled(cases.map((one) => call("POST", `/v1/cases/${one.id}/resolve`, { body: { note: reason } })));
      const failed = outcomes.filter((one) => one.status === "rejected");
      if (failed.length === cases.length) throw failed[0].reason;
      announce(failed.length ? say("console.resolved-some", { failed: failed.length, why: told(failed[0].reason).title }) : say("console.resolved", { count: cases.length }));
      await done();
    },
  });
