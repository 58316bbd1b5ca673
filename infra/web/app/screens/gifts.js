/** Gift cards: those that I bought and those that I got. */
import { GiftRow, PATH, standing } from "/app/gifts.js";
import { say } from "/shared/language.js";
import { Heading, Pages, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${PATH}?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  return { title: () => say("gifts.title"), view: () => html`<${Gifts} list=${list} />` };
}

const Gifts = ({ list }) => html`
  <${Heading}>${say("gifts.title")}<//>
  <p>${say("gifts.lead")}</p>
  <p><a class="button main" href="#/gift-cards/new">${say("gifts.new")}</a></p>
  <p><a class="button secondary" href="#/gift-cards/claim">${say("gifts.claim")}</a></p>
  <${Pages} of=${list} empty=${say("gifts.none")}>
    ${(rows) => html`
      <${Some} title=${say("gifts.open")} rows=${rows.filter((one) => standing(one) === "open")} />
      <${Some} title=${say("gifts.mine")} rows=${rows.filter((one) => standing(one) === "mine")} />
      <${Some} title=${say("gifts.ended")} rows=${rows.filter((one) => !["open", "mine"].includes(standing(one)))} />`}
  <//>
`;

const Some = ({ title, rows }) => rows.length > 0 && html`
  <h2>${title}</h2>
  <ul class="rows card">${rows.map((one) => html`<${GiftRow} key=${one.id} gift=${one} />`)}</ul>
`;
