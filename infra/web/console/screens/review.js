/** One report of a regular check: its figures, what was found, what to do about it, and whose case that is. */
import { Facts, Id, Moment, State, what } from "/console/show.js";
import { Figure } from "/console/screens/reviews.js";
import { Table } from "/console/table.js";
import { say, sayOr } from "/shared/language.js";
import { Heading, Shown, Up } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const found = see(`/v1/reviews/${id}`);
  const title = () => say(found.value.data ? `console.reviews-${found.value.data.kind}` : "console.reviews");
  return { title, view: () => html`
    <${Up} path="/reviews">${say("console.reviews")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${found}>${(data) => html`<${Report} of=${data} />`}<//>` };
}

const Report = ({ of: one }) => html`
  <p class="summary"><${State} of=${one.state} /></p>
  <${Facts} of=${[
    ["report", html`<${Id} of=${one.id} />`],
    ["period", html`<${Moment} at=${one.since} /> – <${Moment} at=${one.until} />`],
    ["asked-by", one.by ? html`<${Id} of=${one.by} />` : say("console.the-schedule")],
    ["written-at", one.ended_at && html`<${Moment} at=${one.ended_at} />`],
    ["report-before", one.former && html`<a class="id" href=${`#/reviews/${one.former}`} data-stop>${one.former}</a>`],
    ["report-hash", one.digest && html`<span class="id">${one.digest}</span>`],
  ]} />
  <h2>${say("console.figures")}</h2>
  <${Facts} of=${FIGURES[one.kind].filter((name) => name in one.figures).map((name) => [`figure.${name}`, html`<${Figure} of=${one} name=${name} />`])} />
  <${Table} name="findings" title=${say("console.findings")} rows=${one.findings} id=${(row) => `${row.kind} ${row.about}`} columns=${FINDINGS} empty=${say("console.none-found")} />
  ${one.gone.length > 0 && html`<${Table} name="findings-gone" title=${say("console.findings-gone")} rows=${one.gone} id=${(row) => `${row.kind} ${row.about}`} columns=${FINDINGS} />`}
  ${one.kind === "access" && html`
    <${Table} name="operators" title=${say("console.operators")} rows=${one.operators} columns=${OPERATORS} empty=${say("console.nothing-yet")} />
    <${Table} name="permissions-unused" title=${say("console.unused-by-role")} rows=${one.unused} id=${(row) => row.role} columns=${UNUSED} empty=${say("console.none-found")} />
    <${Table} name="reveals" title=${say("console.seen-in-clear")} rows=${one.reveals} id=${(row) => row.at + row.by} columns=${REVEALS} empty=${say("console.none-found")} />`}
`;

const OF = (what) => ["sent", "accepted", "refused", "shed", "faults", "accepted_per_minute", "milliseconds"].concat(what.flatMap((one) => [`${one}_p50_ms`, `${one}_p95_ms`, `${one}_p99_ms`]));
const FIGURES = {
  access: ["findings", "operators", "keys", "staff", "reveals", "reveal_operators", "permissions_unused", "approvals_waiting", "findings_left_out"],
  load: OF(["read", "pay", "refund"]),
};

const days = (row) => (row.facts.days === undefined ? "" : say("console.for-days", { days: row.facts.days }));
const told = (row) => [days(row), row.facts.enough_role && say("console.enough", { role: roleOf(row.facts.enough_role) }), row.facts.p99_ms && say("console.was-slower", { now: row.facts.p99_ms, before: row.facts.before_ms })].filter(Boolean).join(" · ");
const roleOf = (role) => sayOr(`console.role.${role}`, role);
const FINDINGS = [
  { key: "finding", cell: (row) => what(`review-${row.kind}`), text: (row) => row.kind },
  { key: "about", cell: (row) => html`<${Id} of=${row.about} short />`, text: (row) => row.about },
  { key: "merchant", cell: (row) => html`<${Id} of=${row.facts.merchant} short />`, text: (row) => row.facts.merchant ?? "" },
  { key: "detail", cell: told, text: (row) => JSON.stringify(row.facts) },
  { key: "to-do", wide: true, cell: (row) => sayOr(`console.about.review-${row.kind}`, ""), text: (row) => sayOr(`console.about.review-${row.kind}`, "") },
  { key: "case", cell: (row) => html`<${Id} of=${row.case_id} short data-stop />`, text: (row) => row.case_id },
];
const OPERATORS = [
  { key: "operator", cell: (row) => html`<${Id} of=${row.id} short data-stop />`, text: (row) => row.id },
  { key: "role", cell: (row) => roleOf(row.role), text: (row) => row.role },
  { key: "since", cell: (row) => html`<${Moment} at=${row.since} />`, text: (row) => row.since },
  { key: "used-on", cell: (row) => row.used_on || "–", text: (row) => row.used_on },
  { key: "second-factor", cell: (row) => say(row.second_factor ? "console.factor-on" : "console.factor-off"), text: (row) => row.second_factor },
  { key: "used-of", cell: (row) => say("console.of-so-many", { used: row.used, may: row.may }), text: (row) => `${row.used}/${row.may}` },
  { key: "figure.reveals", number: true, cell: (row) => row.reveals, text: (row) => row.reveals },
];
const UNUSED = [
  { key: "role", cell: (row) => roleOf(row.role), text: (row) => row.role },
  { key: "figure.permissions_unused", wide: true, cell: (row) => row.permissions.join(", "), text: (row) => row.permissions.join(" ") },
];
const REVEALS = [
  { key: "when", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "operator", cell: (row) => html`<${Id} of=${row.by} short />`, text: (row) => row.by },
  { key: "about", cell: (row) => html`<${Id} of=${row.about} short data-stop />`, text: (row) => row.about },
  { key: "field", cell: (row) => sayOr(`console.${row.field}`, what(row.field)), text: (row) => row.field },
  { key: "reason", wide: true, cell: (row) => row.reason, text: (row) => row.reason },
];
