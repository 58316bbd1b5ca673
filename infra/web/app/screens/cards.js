/** My prepaid cards: each with its shop, what is on it, and what of that is a bonus. */
import { partsOf } from "/app/cards.js";
import { cards } from "/app/me.js";
import { say } from "/shared/language.js";
import { Empty, Heading, Money, Shown } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const mine = cards();
  return { title: () => say("cards.title"), view: () => html`<${Cards} mine=${mine} />`, close: watch(cards, EVERY_MS) };
}

const Cards = ({ mine }) => html`
  <${Heading}>${say("cards.title")}<//>
  <p>${say("cards.lead")}</p>
  <${Shown} of=${mine} lines=${3}>${({ data }) => (data.length ? html`<ul class="rows card">${data.map((one) => html`<${Card} key=${one.id} card=${one} />`)}</ul>` : html`<${Empty}>${say("cards.none")}<//>`)}<//>
`;

const Card = ({ card }) => html`
  <li>
    <a href=${`#/cards/${card.id}`}>
      <span class="row-words"><strong>${card.merchant_name}</strong><small>${partsOf(card)}</small></span>
      <${Money} amount=${card.available} currency=${card.currency} />
    </a>
  </li>
`;
