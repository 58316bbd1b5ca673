/** A merchant: what was agreed, its accounts, keys without their secrets, settlements, and the way to an order. */
import { may } from "/console/may.js";
import { CURRENCY, Facts, Id, major, Moment, State } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, pages, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open({ params: { id } }) {
  const merchant = see(`/v1/merchants/${id}`);
  const currency = signal("");
  const list = (path, more = "") => pages((cursor) => get(`/v1/merchants/${id}/${path}?limit=50${more}${cursor ? `&cursor=${cursor}` : ""}`));
  const keys = list("keys");
  const settlements = signal(list("settlements"));
  const choose = (chosen) => {
    currency.value = chosen;
    settlements.value = list("settlements", `&currency=${chosen}`);
  };
  const name = () => merchant.value.data?.name ?? say("console.merchant");
  return { title: name, view: () => html`<${Heading}>${name()}<//><${Shown} of=${merchant}>${(data) => html`<${Merchant} of=${data} keys=${keys} settlements=${settlements.value} currency=${currency.value} choose=${choose} />`}<//>` };
}

const Merchant = ({ of: merchant, keys, settlements, currency, choose }) => html`
  <p class="summary"><${State} of=${merchant.status} /></p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${merchant.id} />`],
    ["fee-terms", fee(merchant)],
    ["floor-terms", inEach(merchant, merchant.floor)],
    ["created_at", html`<${Moment} at=${merchant.created_at} />`],
  ]} />
  <p><small>${say("console.order-hint")}</small></p>
  <${Table} name="accounts" title=${say("console.accounts")} rows=${Object.entries(merchant.accounts)} id=${([one]) => one} columns=${ACCOUNTS} empty="" />
  ${may("merchants.see-settlements") && html`
    <${PagedTable} of=${settlements} name=${`settlements-${merchant.id}`} title=${say("console.settlements")} columns=${SETTLEMENTS} empty=${say("console.nothing-yet")}
      tools=${html`<${Currencies} of=${Object.keys(merchant.accounts)} chosen=${currency} choose=${choose} />`} />`}
  ${may("merchants.see-keys") && html`<${PagedTable} of=${keys} name=${`keys-${merchant.id}`} title=${say("console.api-keys")} columns=${KEYS} empty=${say("console.nothing-yet")} />`}
`;

/** One number, which holds for each currency of the merchant. */
const inEach = (merchant, amount) => Object.keys(merchant.accounts).map((one) => shownMoney(amount, one)).join(" / ");

function fee(merchant) {
  const percent = shownNumber(merchant.fee_basis_points / 10_000, { style: "percent", maximumFractionDigits: 2 });
  return merchant.fee_fixed ? say("console.fee-terms-said", { percent, fixed: inEach(merchant, merchant.fee_fixed) }) : percent;
}

const Currencies = ({ of: all, chosen, choose }) => html`
  <label for="currency" class="unseen">${say("console.currency")}</label>
  <select id="currency" value=${chosen || all[0]} onChange=${(event) => choose(event.target.value)}>${all.map((one) => html`<option key=${one}>${one}</option>`)}</select>
`;

const money = (key) => ({ key, number: true, cell: (row) => shownMoney(row[key], row.currency), text: (row) => major(row[key], row.currency) });
const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const ACCOUNTS = [
  { key: "currency", cell: ([currency]) => currency, text: ([currency]) => currency },
  { key: "account", cell: ([, account]) => html`<${Id} of=${account} data-stop />`, text: ([, account]) => account },
];
const SETTLEMENTS = [
  time("at"),
  { key: "id", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "lines", number: true, cell: (row) => shownNumber(row.lines), text: (row) => row.lines },
  money("gross"),
  money("fees"),
  money("net"),
  CURRENCY,
];
const KEYS = [
  { key: "id", cell: (row) => html`<span class="id">${row.id}</span>`, text: (row) => row.id },
  { key: "last_four", cell: (row) => html`<code>…${row.last_four}</code>`, text: (row) => row.last_four },
  { key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state },
  { key: "scopes", cell: (row) => row.scopes.join(", "), text: (row) => row.scopes.join(" ") },
  time("created_at"),
  time("expires_at"),
  time("revoked_at"),
];
