/** Bills that I share: those that I am asked for, and those that I made. */
import { BillRow, PATH, standing } from "/app/bills.js";
import { say } from "/shared/language.js";
import { Heading, Pages, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${PATH}?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  return { title: () => say("bills.title"), view: () => html`<${Bills} list=${list} />` };
}

const Bills = ({ list }) => html`
  <${Heading}>${say("bills.title")}<//>
  <p>${say("bills.lead")}</p>
  <p><a class="button main" href="#/bills/new">${say("bills.new")}</a></p>
  <${Pages} of=${list} empty=${say("bills.none")}>
    ${(rows) => html`
      <${Some} title=${say("bills.open")} rows=${rows.filter((one) => standing(one) === "open")} />
      <${Some} title=${say("bills.ended")} rows=${rows.filter((one) => standing(one) !== "open")} />`}
  <//>
`;

const Some = ({ title, rows }) => rows.length > 0 && html`
  <h2>${title}</h2>
  <ul class="rows card">${rows.map((one) => html`<${BillRow} key=${one.id} bill=${one} />`)}</ul>
`;
