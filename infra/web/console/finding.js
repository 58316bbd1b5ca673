/** What the one box looks for: an id, an e-mail address or phone, or the reference of an order. Fetched when it is used. */
import { CURRENCY, ID, Id, major, Moment, placeOf, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoney } from "/shared/language.js";
import { go, pathOf } from "/shared/router.js";
import { call, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const MOST_ROWS = 100;
export const CONTACT = /@|^\+?[\d\s()-]{7,}$/;

/** → {said} or {rows}, or nothing where it is a screen, which is gone to. Throws Refused, NoAnswer. */
export async function find(text) {
  if (ID.test(text)) return known(text);
  if (CONTACT.test(text)) return arrived(`/people/${(await call("POST", "/v1/people/searches", { body: { identifier: text } })).id}`);
  return order(text);
}

function known(id) {
  const place = placeOf(id);
  return place ? arrived(place) : { said: say(id.startsWith("aud_") ? "console.search.audit" : "console.search.no-page") };
}

/** `mer_… reference`, or a reference alone, of whatever merchant. */
async function order(text) {
  const [first, ...rest] = text.split(/\s+/);
  const named = ID.test(first) && first.startsWith("mer_") && rest.length > 0;
  const rows = await ordersOf(named ? { merchant_id: first, order_reference: rest.join(" ") } : { order_reference: text });
  if (rows.length === 1) return arrived(`/movements/${rows[0].id}`);
  return rows.length ? { rows } : { said: say("console.search.nothing", { text }) };
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

export const Found = ({ of: { said, rows } }) =>
  said
    ? html`<p class="note">${said}</p>`
    : html`<${Table} name="orders" title=${say("console.search.found")} rows=${rows} columns=${ORDERS} empty="" />`;

const ORDERS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "payment", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency), text: (row) => major(row.amount, row.currency) },
  CURRENCY,
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  { key: "merchant", cell: (row) => html`<${Id} of=${row.merchant_id} />`, text: (row) => row.merchant_id },
];
