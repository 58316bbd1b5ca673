/** My disputes: those that wait, and those that are over. */
import { DisputeRow, isUndecided, PATH } from "/app/disputes.js";
import { say } from "/shared/language.js";
import { Heading, Pages, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${PATH}?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  return { title: () => say("dispute.list.title"), view: () => html`<${Disputes} list=${list} />` };
}

const Disputes = ({ list }) => html`
  <${Heading}>${say("dispute.list.title")}<//>
  <p>${say("dispute.list.lead")}</p>
  <${Pages} of=${list} empty=${say("dispute.list.none")}>
    ${(rows) => html`
      <${Some} title=${say("dispute.list.waiting")} rows=${rows.filter(isUndecided)} />
      <${Some} title=${say("dispute.list.over")} rows=${rows.filter((one) => !isUndecided(one))} />`}
  <//>
`;

const Some = ({ title, rows }) => rows.length > 0 && html`
  <h2>${title}</h2>
  <ul class="rows card">${rows.map((one) => html`<${DisputeRow} key=${one.id} dispute=${one} />`)}</ul>
`;
