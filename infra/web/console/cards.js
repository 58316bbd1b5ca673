/** The prepaid cards that a merchant offers: plans that never change, offered and withdrawn. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { CURRENCY, major, Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { readMoney, say, shownMoney } from "/shared/language.js";
import { Field, pages } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** `merchant` is its id. */
export function plansOf(merchant) {
  const at = `/v1/merchants/${merchant}/card-plans`;
  const anew = () => pages((cursor) => get(`${at}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const list = signal(anew());
  return { merchant, at, list, again: () => (list.value = anew()) };
}

export const Plans = ({ of: one, currencies }) => html`
  <${PagedTable} of=${one.list.value} name=${`card-plans-${one.merchant}`} title=${say("console.card-plans")} columns=${columns(one)} empty=${say("console.nothing-yet")} />
  ${may("merchants.keep-cards") && html`<p class="deeds"><button type="button" onClick=${() => offer(one, currencies)}>${say("console.card-offer")}</button></p>`}
`;

/** An amount as it is typed; the API says what is wrong with what is none. */
const typed = (text, currency) => readMoney(text || "0", currency) ?? (/^0*([.,]0*)?$/.test(text) ? 0 : text);

const Terms = ({ currencies, wrong }) => html`
  <${Field} name="name" problem=${wrong("name")} label=${say("console.card-name")} maxlength="64" autocomplete="off" required />
  <label class="field" for="plan-currency"><span>${say("console.currency")}</span>
    <select id="plan-currency" name="currency">${currencies.map((currency) => html`<option key=${currency}>${currency}</option>`)}</select>
  </label>
  ${["price", "bonus", "purchase_fee"].map((name) => html`
    <${Field} key=${name} name=${name} problem=${wrong(name)} label=${say(`console.${name}`)} hint=${say(`console.${name}-about`)} defaultValue=${name === "price" ? "" : "0"} inputmode="decimal" autocomplete="off" required />`)}
  <${Field} name="days" problem=${wrong("bonus_expires_days")} label=${say("console.bonus_expires_days")} hint=${say("console.bonus_expires_days-about")} inputmode="numeric" autocomplete="off" />
`;

const offer = (one, currencies) =>
  ask({
    title: say("console.card-offer"),
    what: say("console.card-offer-what"),
    plain: true,
    fields: (wrong) => html`<${Terms} currencies=${currencies} wrong=${wrong} />`,
    go: say("console.card-offer"),
    done: say("console.card-offered"),
    act: async ({ days, ...fields }) => {
      const sums = Object.fromEntries(["price", "bonus", "purchase_fee"].map((name) => [name, typed(fields[name], fields.currency)]));
      await call("POST", one.at, { body: { ...fields, ...sums, ...(days && { bonus_expires_days: Number(days) }) } });
      one.again();
    },
  });

const withdraw = (one, plan) =>
  ask({
    title: say("console.card-withdraw"),
    what: say("console.card-withdraw-what", { name: plan.name }),
    plain: true,
    go: say("console.card-withdraw"),
    done: say("console.card-withdrawn"),
    act: async () => {
      await call("POST", `${one.at}/${plan.id}/withdraw`);
      one.again();
    },
  });

const money = (key) => ({ key, number: true, cell: (row) => shownMoney(row[key], row.currency), text: (row) => major(row[key], row.currency) });
const columns = (one) => [
  { key: "card-name", cell: (row) => row.name, text: (row) => row.name },
  { key: "id", cell: (row) => html`<span class="id">${row.id}</span>`, text: (row) => row.id },
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  money("price"),
  money("bonus"),
  { key: "bonus_expires_days", number: true, cell: (row) => row.bonus_expires_days ?? say("console.for-ever"), text: (row) => row.bonus_expires_days ?? "" },
  money("purchase_fee"),
  CURRENCY,
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  ...(may("merchants.keep-cards") ? [{ key: "card-deed", cell: (row) => row.status === "offered" && html`<button type="button" class="secondary" onClick=${() => withdraw(one, row)}>${say("console.card-withdraw")}</button>`, text: () => "" }] : []),
];
