/** Backups and restore drills; asking for one; giving somebody's deleted records back, by two people. */
import { ask } from "/console/ask.js";
import { may, me } from "/console/may.js";
import { Facts, Id, Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say, sayOr, shownNumber, shownSpan } from "/shared/language.js";
import { announce, Button, Field, Heading, job, pages, Problem, Waiting } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const asked = (path) => pages((cursor) => get(`/v1/${path}?limit=20${cursor ? `&cursor=${cursor}` : ""}`));
const LISTS = { backups: "backups.see", "backup-drills": "backups.see", "givings-back": "backups.see-givings-back" };

export function open() {
  const lists = Object.fromEntries(Object.keys(LISTS).map((path) => [path, signal(null)]));
  const look = (path) => (lists[path].value = asked(path));
  const asking = Object.fromEntries(["backups", "backup-drills"].map((path) => [path, job(async () => {
    await call("POST", `/v1/${path}`, path === "backups" ? {} : { body: {} });
    announce(say("console.backup-asked"));
    look(path);
  })]));
  const stop = effect(() => {
    for (const [path, permission] of Object.entries(LISTS)) if (may(permission) && !lists[path].peek()) untracked(() => look(path));
  });
  return { title: () => say("console.backups"), view: () => html`<${Backups} lists=${lists} asking=${asking} again=${() => look("givings-back")} />`, close: stop };
}

function Backups({ lists, asking, again }) {
  const [backups, drills, given] = Object.keys(LISTS).map((path) => lists[path].value);
  const newest = backups?.rows.value?.find((one) => one.state === "whole");
  return html`
    <${Heading}>${say("console.backups")}<//>
    <p>${say("console.backups-what")}</p>
    ${!me() && html`<${Waiting} />`}
    ${backups?.rows.value && html`<${Newest} of=${newest} drill=${drills?.rows.value?.find((one) => one.ended_at)} />`}
    ${may("backups.ask") && html`
      <p class="deeds">
        <${Button} job=${asking.backups} onClick=${asking.backups.run}>${say("console.backup-ask")}<//>
        <${Button} kind="secondary" job=${asking["backup-drills"]} onClick=${asking["backup-drills"].run} disabled=${!newest}>${say("console.drill-ask")}<//>
      </p>
      <${Problem} of=${asking.backups.problem.value ?? asking["backup-drills"].problem.value} />`}
    ${backups && html`<${PagedTable} of=${backups} name="backups" title=${say("console.newest")} columns=${BACKUPS(again)} empty=${say("console.nothing-yet")} />`}
    ${drills && html`<${PagedTable} of=${drills} name="drills" title=${say("console.drills")} columns=${DRILLS} empty=${say("console.nothing-yet")} />`}
    ${given && html`<${PagedTable} of=${given} name="givings-back" title=${say("console.givings-back")} columns=${GIVEN(again)} empty=${say("console.nothing-yet")} />`}
  `;
}

const age = (at) => say("console.backup-old", { age: shownSpan((Date.now() - new Date(at)) / 1000) });

const Newest = ({ of: one, drill }) => html`
  <${Facts} of=${[
    ["backup-age", one ? age(one.as_of) : say("console.no-backup")],
    ["as_of", one && html`<${Moment} at=${one.as_of} />`],
    ["backup-size", one && size(one)],
    ["drill-last", drill && html`<${State} of=${drill.state} /> <${Moment} at=${drill.ended_at} />`],
  ]} />
`;

const size = (one) => say("console.backup-holds", { items: shownNumber(one.items), megabytes: shownNumber(Math.ceil(one.bytes / 1e6)) });
const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] });
const state = { key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state };
const who = (key) => ({ key, cell: (row) => html`<${Id} of=${row[key]} short data-stop />`, text: (row) => row[key] });

const BACKUPS = (again) => [
  { key: "begun_at", text: (row) => row.begun_at },
  { ...state, cell: (row) => html`<${State} of=${row.state} /> ${row.reason}` },
  { ...time("as_of"), cell: (row) => html`<${Moment} at=${row.as_of || row.begun_at} />` },
  { key: "backup-kept", cell: (row) => sayOr(`console.kept.${row.kept}`, row.kept), text: (row) => row.kept },
  time("kept_until"),
  { key: "backup-size", cell: (row) => (row.tables.length ? size(row) : "–"), text: (row) => row.bytes },
  { key: "backup-hash", cell: (row) => html`<span class="id" title=${row.manifest}>${row.manifest.slice(0, 12)}</span>`, text: (row) => row.manifest },
  { key: "backup-why", text: (row) => row.reason },
  { key: "deeds", cell: (row) => (row.state === "whole" && may("backups.propose-giving-back") ? html`<button type="button" class="plain" data-stop onClick=${() => propose(row, again)}>${say("console.give-back")}</button>` : ""), text: () => "" },
];

const figures = (row) => say("console.drill-compared", { equal: row.tables_equal, tables: row.tables, accounts: shownNumber(row.accounts), entries: shownNumber(row.entries) });
const finding = (one) => say("console.finding-told", { remedy: say(`console.remedy.${one.remedy}`), what: sayOr(`console.finding.${one.what}`, one.what), about: one.about });
const found = (row) => [row.reason, ...row.findings.slice(0, 3).map(finding), row.findings.length + row.more_findings > 3 ? say("console.findings-more", { count: row.findings.length + row.more_findings - 3 }) : ""].filter(Boolean).join(" · ");

const DRILLS = [
  time("begun_at"),
  state,
  time("as_of"),
  { key: "drill-took", number: true, cell: (row) => (row.ended_at ? say("console.drill-seconds", { seconds: shownNumber(row.seconds) }) : "–"), text: (row) => row.seconds },
  { key: "drill-figures", cell: figures, text: figures },
  { key: "drill-found", wide: true, cell: (row) => found(row) || "–", text: found },
];

const GIVEN = (again) => [
  time("proposed_at"),
  state,
  who("user_id"),
  { key: "reason", wide: true, cell: (row) => row.reason, text: (row) => row.reason },
  who("proposed_by"),
  { key: "decided_by", cell: (row) => html`<${Decision} of=${row} again=${again} />`, text: (row) => row.decided_by },
  { key: "given-items", number: true, cell: (row) => (row.state === "done" ? shownNumber(row.given) : "–"), text: (row) => row.given },
];

function Decision({ of: one, again }) {
  if (one.state !== "proposed" || !may("backups.decide-giving-back")) return html`<${Id} of=${one.decided_by} short />`;
  return html`
    ${one.proposed_by !== me()?.id && html`<button type="button" class="plain" data-stop onClick=${() => decide(one, true, again)}>${say("console.adjust.approve")}</button>`}
    <button type="button" class="plain" data-stop onClick=${() => decide(one, false, again)}>${say("console.adjust.decline")}</button>`;
}

const propose = (backup, again) =>
  ask({
    title: say("console.give-back"),
    what: say("console.give-back-what"),
    fields: (wrong) => html`<${Field} name="user_id" problem=${wrong("user_id")} label=${say("console.user_id")} autocomplete="off" required />`,
    go: say("console.give-back"),
    act: async (fields) => {
      await call("POST", `/v1/backups/${backup.id}/givings-back`, { body: fields });
      again();
    },
  });

const decide = (one, approve, again) =>
  ask({
    title: say(`console.adjust.${approve ? "approve" : "decline"}`),
    what: say("console.give-back-what"),
    label: say("console.note"),
    shortest: 1,
    go: say(`console.adjust.${approve ? "approve" : "decline"}`),
    act: async ({ reason }) => {
      await call("POST", `/v1/givings-back/${one.id}/decision`, { body: { approve, note: reason } });
      again();
    },
  });
