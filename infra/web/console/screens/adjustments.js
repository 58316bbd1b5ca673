/** Corrections of the books: proposed by one, approved by another, who moves the money by it. */
import { ask } from "/console/ask.js";
import { may, me } from "/console/may.js";
import { CURRENCY, Id, major, Moment, State, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { newKey } from "/shared/door.js";
import { readMoney, say, shownMoney } from "/shared/language.js";
import { About, Field, Filled, Heading, pages } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP", "HKD", "SGD", "JPY"];
const askFor = (cursor) => get(`/v1/adjustments?limit=50${cursor ? `&cursor=${cursor}` : ""}`);

export function open({ query }) {
  const list = signal(pages(askFor));
  const again = () => (list.value = pages(askFor));
  const health = see("/v1/processors/health");
  return { title: () => say("console.adjustments"), view: () => html`<${Adjustments} list=${list.value} again=${again} about=${query.case ?? ""} health=${health} />` };
}

const Adjustments = ({ list, again, about, health }) => html`
  <${Heading}>${say("console.adjustments")}<//>
  <p>${say("console.adjustments-what")}</p>
  <${PagedTable} of=${list} name="adjustments" title=${say("console.newest")} columns=${columns(again)} empty=${say("console.nothing-yet")}
    tools=${may("adjustments.propose") && html`<button type="button" onClick=${() => propose(about, health, again)}>${say("console.propose")}</button>`} />
`;

const columns = (again) => [
  { key: "proposed_at", cell: (row) => html`<${Moment} at=${row.proposed_at} />`, text: (row) => row.proposed_at },
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  { key: "account", cell: (row) => html`<${Id} of=${row.account} data-stop />`, text: (row) => row.account },
  { key: "amount", number: true, cell: (row) => shownMoney(signed(row), row.currency, true), text: (row) => major(signed(row), row.currency) },
  CURRENCY,
  { key: "against", cell: (row) => row.against, text: (row) => row.against },
  { key: "reason", cell: (row) => row.reason, text: (row) => row.reason },
  { key: "proposed_by", cell: (row) => html`<${Id} of=${row.proposed_by} />`, text: (row) => row.proposed_by },
  { key: "decided_by", cell: (row) => html`<${Decision} of=${row} again=${again} />`, text: (row) => row.decided_by ?? "" },
];
const signed = (row) => (row.direction === "debit" ? -row.amount : row.amount);

function Decision({ of: one, again }) {
  if (one.status !== "proposed" || !may("adjustments.decide")) return html`<${Id} of=${one.decided_by} />`;
  return html`
    ${one.proposed_by !== me()?.id && html`<button type="button" class="plain" onClick=${() => decide(one, "approve", again)}>${say("console.adjust.approve")}</button>`}
    <button type="button" class="plain" onClick=${() => decide(one, "decline", again)}>${say("console.adjust.decline")}</button>`;
}

function decide(one, deed, again) {
  const key = deed === "approve" ? newKey() : undefined;
  ask({
    title: say(`console.adjust.${deed}`),
    what: say(`console.adjust.${deed}-what`, { id: one.account, amount: shownMoney(signed(one), one.currency, true) }),
    label: say("console.note"),
    shortest: 1,
    go: say(`console.adjust.${deed}`),
    act: async ({ reason }) => {
      await call("POST", `/v1/adjustments/${one.id}/${deed}`, { key, body: { note: reason } });
      again();
    },
  });
}

function propose(about, health, again) {
  const key = newKey();
  ask({
    title: say("console.propose"),
    what: say("console.propose-what"),
    fields: (wrong) => html`
      <${Field} name="account" problem=${wrong("account")} label=${say("console.account")} hint=${say("console.adjust.account")} autocomplete="off" required />
      <label class="field" for="direction"><span>${say("console.direction")}</span>
        <select id="direction" name="direction">${["credit", "debit"].map((one) => html`<option key=${one} value=${one}>${what(one)}</option>`)}</select>
      </label>
      <${Field} name="amount" problem=${wrong("amount")} label=${say("console.amount")} inputmode="decimal" autocomplete="off" required />
      <label class="field" for="currency"><span>${say("console.currency")}</span>
        <select id="currency" name="currency">${CURRENCIES.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select>
      </label>
      <${Against} health=${health.value} problem=${wrong("against")} />
      <${Field} name="case_id" problem=${wrong("case_id")} label=${say("console.case")} defaultValue=${about} autocomplete="off" />`,
    go: say("console.propose"),
    act: async ({ amount, case_id, ...told }) => {
      const body = { ...told, amount: readMoney(amount, told.currency) ?? 0, ...(case_id ? { case_id } : {}) };
      await call("POST", "/v1/adjustments", { key, body });
      again();
    },
  });
}

/** One of the processors that there are; typed where nobody can say which. */
function Against({ health, problem: found }) {
  if (health.problem && !health.data) return html`<${Field} name="against" problem=${found} label=${say("console.against")} autocomplete="off" required />`;
  const names = [...new Set(health.data?.data.map((one) => one.processor))];
  return html`
    <${Filled} name="against" problem=${found}>${(problem) => html`
      <label class="field" for="against"><span>${say("console.against")}</span>
        <select id="against" name="against" required aria-describedby=${problem ? "against-about" : undefined} aria-invalid=${problem ? "true" : undefined}>
          <option value="">${say("console.against-choose")}</option>
          ${names.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}
        </select>
        <${About} id="against" hint="" problem=${problem} />
      </label>`}<//>
  `;
}
