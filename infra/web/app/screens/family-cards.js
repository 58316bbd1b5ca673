/** Family cards: those that wait for my answer, those that I hold and those that I gave. */
import { isOwner, PATH, standing } from "/app/family-cards.js";
import { money, say } from "/shared/language.js";
import { Heading, Icon, Money, Pages, pages } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${PATH}?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  return { title: () => say("family-cards.title"), view: () => html`<${FamilyCards} list=${list} />` };
}

const isOver = ({ status }) => status === "ended";
const asks = ({ role, status }) => role === "holder" && status === "offered";

const FamilyCards = ({ list }) => html`
  <${Heading}>${say("family-cards.title")}<//>
  <p>${say("family-cards.lead")}</p>
  <p><a class="button main" href="#/family-cards/new">${say("family-cards.new")}</a></p>
  <${Pages} of=${list} empty=${say("family-cards.none")}>
    ${(rows) => {
      const now = rows.filter((one) => !isOver(one) && !asks(one));
      return html`
        <${Some} title=${say("family-cards.offered")} rows=${rows.filter(asks)} />
        <${Some} title=${say("family-cards.held")} rows=${now.filter((one) => !isOwner(one))} />
        <${Some} title=${say("family-cards.given")} rows=${now.filter(isOwner)} />
        <${Some} title=${say("family-cards.ended")} rows=${rows.filter(isOver)} />`;
    }}
  <//>
`;

const Some = ({ title, rows }) => rows.length > 0 && html`
  <h2>${title}</h2>
  <ul class="rows card">${rows.map((one) => html`<${CardRow} key=${one.id} card=${one} />`)}</ul>
`;

/** With whom, how it stands, and what is left of the month. */
const CardRow = ({ card: one }) => html`
  <li><a href=${`#/family-cards/${one.id}`}>
    <${Icon} name="card" />
    <span class="row-words"><strong>${one.name || one.person}</strong><small>${[one.name && one.person, say(`family-card.is.${standing(one)}`)].filter(Boolean).join(" · ")}</small></span>
    ${one.status === "active" && html`<span class="row-end"><${Money} amount=${one.left_this_month} currency=${one.currency} /><small>${say("family-card.of-cap", { cap: money(one.monthly_cap, one.currency) })}</small></span>`}
  </a></li>
`;
