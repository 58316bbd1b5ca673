/** Who is an operator, since when and by whom; another role, or none any more. */
import { ask } from "/console/ask.js";
import { may, me } from "/console/may.js";
import { Id, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const ROLES = ["support", "finance", "risk", "auditor", "admin"];
const asked = (cursor) => get(`/v1/operators?limit=50${cursor ? `&cursor=${cursor}` : ""}`);

export function open() {
  const list = signal(pages(asked));
  const again = () => (list.value = pages(asked));
  return { title: () => say("console.operators"), view: () => html`
    <${Heading}>${say("console.operators")}<//>
    ${may("operators.appoint") && html`<p>${say("console.appoint-hint")}</p>`}
    <${PagedTable} of=${list.value} name="operators" title=${say("console.operators")} columns=${columns(again)} empty="" />` };
}

const columns = (again) => [
  { key: "operator", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "role", cell: (row) => say(`console.role.${row.role}`), text: (row) => row.role },
  { key: "appointed_at", cell: (row) => html`<${Moment} at=${row.appointed_at} />`, text: (row) => row.appointed_at },
  { key: "appointed_by", cell: (row) => html`<${Id} of=${row.appointed_by} />`, text: (row) => row.appointed_by },
  { key: "deeds", cell: (row) => html`<${Deeds} of=${row} again=${again} />`, text: () => "" },
];

const Deeds = ({ of: one, again }) =>
  may("operators.appoint") && one.id !== me()?.id
    ? html`<button type="button" class="plain" onClick=${() => change(one, again)}>${say("console.change-role")}</button>
        <button type="button" class="plain" onClick=${() => dismiss(one, again)}>${say("console.dismiss")}</button>`
    : "";

const changed = (one, role, reason) => call("PATCH", `/v1/operators/${one.id}`, { body: { role, reason } });

const change = (one, again) =>
  ask({
    title: say("console.change-role"),
    what: say("console.change-role-what", { id: one.id }),
    fields: () => html`<label class="field" for="role"><span>${say("console.role")}</span><select id="role" name="role">${ROLES.map((role) => html`<option key=${role} value=${role} selected=${role === one.role}>${say(`console.role.${role}`)}</option>`)}</select></label>`,
    word: say("console.word.appoint"),
    go: say("console.change-role"),
    done: say("console.appointed"),
    act: async ({ role, reason }) => {
      await changed(one, role, reason);
      again();
    },
  });

const dismiss = (one, again) =>
  ask({
    title: say("console.dismiss"),
    what: say("console.dismiss-what", { id: one.id }),
    word: say("console.word.dismiss"),
    go: say("console.dismiss"),
    done: say("console.dismissed"),
    act: async ({ reason }) => {
      await changed(one, "customer", reason);
      again();
    },
  });
