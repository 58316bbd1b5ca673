/** What became of the points of one programme: earned, used, given back, ended; the newest first. */
import { shownLately } from "/app/money.js";
import { entriesPath, points } from "/app/owned.js";
import { signedPoints } from "/app/points.js";
import { language, say } from "/shared/language.js";
import { Heading, Pages, pages, Up } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const MANY = 30;

export function open({ params: { id } }) {
  const mine = points();
  const anew = () => pages((cursor) => get(`${entriesPath(id, MANY)}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  const list = signal(anew());
  let spoken = language.peek();
  const close = effect(() => {
    if (language.value === spoken) return;
    spoken = language.value;
    untracked(() => (list.value = anew()));
  });
  const name = () => mine.value.data?.data.find((one) => one.programme_id === id)?.name ?? say("points.title");
  return { title: name, view: () => html`<${History} name=${name()} list=${list.value} />`, close };
}

const History = ({ name, list }) => html`
  <${Up} path="/points">${say("points.title")}<//>
  <${Heading}>${name}<//>
  <${Pages} of=${list} empty=${say("points.nothing")}>${(rows) => html`<ul class="rows">${rows.map((one) => html`<${Entry} key=${one.id} of=${one} />`)}</ul>`}<//>
`;

/** What a payment earned or used leads to its receipt. */
function Entry({ of: one }) {
  const words = html`
    <span class="row-words"><strong>${one.text}</strong><small>${shownLately(one.at)}</small></span>
    <data class="money" value=${one.points}>${signedPoints(one.points)}</data>`;
  return html`<li>${one.payment_id ? html`<a href=${`#/payments/${one.payment_id}`}>${words}</a>` : html`<div class="row">${words}</div>`}</li>`;
}
