/** One box for everything: an id, an e-mail address or phone, or the reference of an order. */
import { CURRENCY, ID, Id, major, Moment, placeOf, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { Refused } from "/shared/door.js";
import { say, shownMoney } from "/shared/language.js";
import { Heading, job, Problem } from "/shared/parts.js";
import { go, pathOf, shown } from "/shared/router.js";
import { call, get, session } from "/shared/session.js";
import { effect, html, signal } from "/shared/ui.js";

const MOST_ROWS = 100;
export const CONTACT = /@|^\+?[\d\s()-]{7,}$/;
/** {said} or {rows}: what stands in place of the screen, so that nobody takes what was there for what was found. */
const found = signal(null);

const searching = job(async (typed) => {
  found.value = null;
  const text = typed.trim();
  if (!text) return;
  if (ID.test(text)) return known(text);
  if (CONTACT.test(text)) return arrived(`/people/${(await call("POST", "/v1/people/searches", { body: { identifier: text } })).id}`);
  await order(text);
});

function known(id) {
  const place = placeOf(id);
  if (place) return arrived(place);
  found.value = { said: say(id.startsWith("aud_") ? "console.search.audit" : "console.search.no-page") };
}

/** `mer_… reference`, or a reference alone, of whatever merchant. */
async function order(text) {
  const [first, ...rest] = text.split(/\s+/);
  const named = ID.test(first) && first.startsWith("mer_") && rest.length > 0;
  const rows = await ordersOf(named ? { merchant_id: first, order_reference: rest.join(" ") } : { order_reference: text });
  if (rows.length === 1) return arrived(`/movements/${rows[0].id}`);
  found.value = rows.length ? { rows } : { said: say("console.search.nothing", { text }) };
}

async function ordersOf(wanted) {
  const rows = [];
  let cursor = null;
  do {
    const page = await get(`/v1/movements?${new URLSearchParams({ limit: 100, ...wanted, ...(cursor ? { cursor } : {}) })}`);
    rows.push(...page.data);
    cursor = page.next_cursor;
  } while (cursor && rows.length < MOST_ROWS);
  return rows;
}

function arrived(place) {
  const box = document.getElementById("search");
  box.value = "";
  box.blur();
  if (pathOf() === place) document.querySelector("main h1")?.focus();
  else go(place);
}

export const Search = () => html`
  <form class="search" role="search" onSubmit=${send}>
    <label class="unseen" for="search">${say("console.search")}</label>
    <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder=${say("console.search.hint")} aria-busy=${searching.busy.value ? "true" : undefined} />
  </form>
`;

const cleared = () => {
  found.value = null;
  searching.problem.value = null;
};

function back() {
  cleared();
  requestAnimationFrame(() => document.querySelector("main h1")?.focus());
}

/** Whether the last search came to something other than a screen. */
export const searched = () => found.value !== null || searching.problem.value !== null;

export const Results = () => html`
  <section class="screen">
    <${Heading}>${say("console.search")}<//>
    ${searching.problem.value && html`<${SearchProblem} of=${searching.problem.value} />`}
    ${found.value?.said && html`<p class="note">${found.value.said}</p>`}
    ${found.value?.rows && html`<${Table} name="orders" title=${say("console.search.found")} rows=${found.value.rows} columns=${ORDERS} empty="" />`}
    <button type="button" class="secondary" onClick=${back}>${say("console.search.back")}</button>
  </section>
`;

const ORDERS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "payment", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency), text: (row) => major(row.amount, row.currency) },
  CURRENCY,
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  { key: "merchant", cell: (row) => html`<${Id} of=${row.merchant_id} />`, text: (row) => row.merchant_id },
];

const SearchProblem = ({ of: problem }) =>
  problem instanceof Refused && problem.answer.status === 404 ? html`<p class="note">${say("console.search.nobody")}</p>` : html`<${Problem} of=${problem} />`;

function send(event) {
  event.preventDefault();
  searching.run(event.target.elements.search.value);
}

/** What was found goes when the reader goes on, and is nobody else's. */
effect(() => {
  void [shown.value?.path, session.value?.session_id];
  cleared();
});
