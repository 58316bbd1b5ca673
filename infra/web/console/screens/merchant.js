/** A merchant: what was agreed, its accounts, payouts, settlements, stores and staff, prepaid cards, keys, webhooks. */
import { Plans, plansOf } from "/console/cards.js";
import { Category } from "/console/dealing.js";
import { may } from "/console/may.js";
import { inCurrency, PAYOUTS, SETTLEMENTS, Terms } from "/console/payouts.js";
import { Shops, shopsOf } from "/console/shops.js";
import { Facts, Id, Moment, State } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { Webhooks, webhooksOf } from "/console/webhooks.js";
import { say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, pages, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id } }) {
  const merchant = see(`/v1/merchants/${id}`);
  const keys = pages((cursor) => get(`/v1/merchants/${id}/keys?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const [webhooks, plans] = [signal(null), signal(null)];
  const shops = shopsOf(id);
  const money = signal(null);
  const choose = (currency) => (money.value = inCurrency(id, currency, merchant.peek().data.accounts[currency]));
  const known = () => Object.keys(merchant.value.data?.accounts ?? {})[0];
  /** What the operator may see is known a moment later after a reload. */
  const once = (permission, there, make) => effect(() => void (may(permission) && !there.peek() && untracked(make)));
  const stops = [
    once("merchants.see-business", shops.business, shops.look),
    once("merchants.see-webhooks", webhooks, () => (webhooks.value = webhooksOf(id))),
    once("merchants.see-cards", plans, () => (plans.value = plansOf(id))),
  ];
  const stopMoney = effect(() => known() && !money.peek() && untracked(() => void choose(known())));
  const name = () => merchant.value.data?.name ?? say("console.merchant");
  const view = () => html`<${Heading}>${name()}<//><${Shown} of=${merchant}>${(data) => html`<${Merchant} of=${data} ...${{ keys, shops, choose }} webhooks=${webhooks.value} plans=${plans.value} money=${money.value} />`}<//>`;
  return { title: name, view, close: () => [...stops, stopMoney].forEach((stop) => stop()) };
}

const Merchant = ({ of: merchant, keys, webhooks, plans, shops, money, choose }) => html`
  <p class="summary"><${State} of=${merchant.status} /></p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${merchant.id} />`],
    ["category", html`<${Category} of=${merchant} />`],
    ["fee-terms", fee(merchant)],
    ["floor-terms", inEach(merchant, merchant.floor)],
    ["created_at", html`<${Moment} at=${merchant.created_at} />`],
  ]} />
  <p><small>${say("console.order-hint")}</small></p>
  <${Table} name="accounts" title=${say("console.accounts")} rows=${Object.entries(merchant.accounts)} id=${([one]) => one} columns=${ACCOUNTS} empty="" />
  ${money && html`<${Money} of=${money} currencies=${Object.keys(merchant.accounts)} choose=${choose} />`}
  <${Shops} of=${shops} merchant=${merchant} />
  ${plans && html`<${Plans} of=${plans} currencies=${Object.keys(merchant.accounts)} />`}
  ${may("merchants.see-keys") && html`<${PagedTable} of=${keys} name=${`keys-${merchant.id}`} title=${say("console.api-keys")} columns=${KEYS} empty=${say("console.nothing-yet")} />`}
  ${webhooks && html`<${Webhooks} of=${webhooks} />`}
`;

/** In one currency at a time. */
const Money = ({ of: money, currencies, choose }) => html`
  <p class="filters"><label for="currency">${say("console.currency")} <${Currencies} of=${currencies} chosen=${money.currency} choose=${choose} /></label></p>
  ${may("merchants.see-payouts") && html`
    <${Terms} of=${money} />
    <${PagedTable} of=${money.payouts} name=${`payouts-${money.merchant}`} title=${say("console.payouts")} columns=${PAYOUTS} empty=${say("console.nothing-yet")} />`}
  ${may("merchants.see-settlements") && html`<${PagedTable} of=${money.settlements} name=${`settlements-${money.merchant}`} title=${say("console.settlements")} columns=${SETTLEMENTS} empty=${say("console.nothing-yet")} />`}
`;

/** One number, which holds for each currency of the merchant. */
const inEach = (merchant, amount) => Object.keys(merchant.accounts).map((one) => shownMoney(amount, one)).join(" / ");

function fee(merchant) {
  const percent = shownNumber(merchant.fee_basis_points / 10_000, { style: "percent", maximumFractionDigits: 2 });
  return merchant.fee_fixed ? say("console.fee-terms-said", { percent, fixed: inEach(merchant, merchant.fee_fixed) }) : percent;
}

const Currencies = ({ of: all, chosen, choose }) => html`
  <select id="currency" value=${chosen} onChange=${(event) => choose(event.target.value)}>${all.map((one) => html`<option key=${one}>${one}</option>`)}</select>
`;

const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const ACCOUNTS = [
  { key: "currency", cell: ([currency]) => currency, text: ([currency]) => currency },
  { key: "account", cell: ([, account]) => html`<${Id} of=${account} data-stop />`, text: ([, account]) => account },
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
