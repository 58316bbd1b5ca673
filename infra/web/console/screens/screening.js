/** Somebody who may be on a list: what they said of themselves beside what the list says, and whether it is them. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const found = see(`/v1/screenings/${id}`);
  return { title: () => say("verify.hit"), view: () => html`<${Heading}>${say("verify.hit")}<//><${Shown} of=${found}>${(one) => html`<${Screening} of=${one} />`}<//>` };
}

const Screening = ({ of: one }) => html`
  <p class="summary"><${State} of=${one.state} /></p>
  <p class="note">${say("verify.secret")}</p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${one.id} />`],
    ["person", html`<${Id} of=${one.user_id} data-stop />`],
    ["full_name", one.full_name],
    ["born_on", one.born_on],
    ["case", html`<${Id} of=${one.case_id} />`],
    ["opened_at", html`<${Moment} at=${one.opened_at} />`],
    ["decided_at", one.decided_at && html`<${Moment} at=${one.decided_at} />`],
    ["doc-decided_by", one.decided_by && html`<${Id} of=${one.decided_by} />`],
  ]} />
  <${Table} name=${`hits-${one.id}`} title=${say("verify.entries")} rows=${one.hits} id=${(hit) => hit.entry} columns=${COLUMNS} empty="" />
  ${one.state === "open" && may("screenings.decide") && html`<p class="deeds">
    <button type="button" onClick=${() => decide(one, "cleared")}>${say("verify.cleared")}</button>
    <button type="button" class="danger" onClick=${() => decide(one, "confirmed")}>${say("verify.confirmed")}</button>
  </p>`}
`;

const COLUMNS = [
  { key: "entry", cell: (row) => html`<span class="id">${row.entry}</span>`, text: (row) => row.entry },
  { key: "list", wide: true, cell: (row) => row.list, text: (row) => row.list },
  { key: "rule", cell: (row) => say(`verify.rule.${row.rule}`), text: (row) => row.rule },
  { key: "names", wide: true, cell: (row) => row.names.split(";").join(" · "), text: (row) => row.names },
  { key: "born_on", cell: (row) => row.born_on || "–", text: (row) => row.born_on },
  { key: "doc-country", cell: (row) => row.country || "–", text: (row) => row.country },
];

const decide = (one, decision) =>
  ask({
    title: say(`verify.${decision}`),
    what: say(`verify.${decision}-what`, { name: one.full_name }),
    go: say(`verify.${decision}`),
    done: say(`verify.${decision}-done`),
    act: async ({ reason }) => {
      await call("POST", `/v1/screenings/${one.id}/decision`, { body: { decision, reason } });
      await lookAgain(`/v1/screenings/${one.id}`);
    },
  });
