/** A wallet or a merchant's account: what it holds, whether it is frozen, what happened in it. */
import { freezeFacts, freezeOf, holds, keep, lift, stop } from "/console/freeze.js";
import { may } from "/console/may.js";
import { CURRENCY, Facts, Id, major, Moment, State, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say, sayOr, shownMoney } from "/shared/language.js";
import { Heading, Money, pages, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const account = see(`/v1/accounts/${id}`);
  const freeze = id.startsWith("wal_") ? freezeOf(id) : null;
  const entries = pages((cursor) => get(`/v1/accounts/${id}/entries?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const title = () => say(id.startsWith("wal_") ? "console.wallet" : "console.merchant-account");
  const changed = () => Promise.all([lookAgain(`/v1/accounts/${id}`), freeze?.look()]);
  return { title, view: () => html`<${Heading}>${title()}<//><${Shown} of=${account}>${(data) => html`<${Account} of=${data} freeze=${freeze?.of.value} entries=${entries} changed=${changed} />`}<//>` };
}

function Account({ of: account, freeze, entries, changed }) {
  const money = (amount) => html`<${Money} amount=${amount} currency=${account.currency} />`;
  return html`
    <p class="summary"><span class="big">${money(account.available)}</span> <${State} of=${account.status} /></p>
    <${Facts} of=${[
      ["id", html`<${Id} of=${account.id} />`],
      ["owner", html`<${Id} of=${account.owner} data-stop />`],
      ["why-frozen", account.status === "frozen" && !holds(freeze) ? sayOr(`console.reason.${account.reason}`, account.reason) : ""],
      ["held", money(account.held)],
      ["debt", account.debt ? money(account.debt) : ""],
      ["floor", account.floor ? money(account.floor) : ""],
      ["tier", account.id.startsWith("wal_") ? String(account.tier) : ""],
      ["last_at", html`<${Moment} at=${account.last_at} />`],
      ...freezeFacts(freeze),
      ["case", holds(freeze) ? html`<${Id} of=${freeze.case_id} data-stop />` : ""],
    ]} />
    ${account.id.startsWith("wal_") && may("freezes.keep") && html`
      <p class="deeds">
        ${holds(freeze)
          ? html`<button type="button" onClick=${() => lift(account.id, changed)}>${say("console.lift")}</button>
            <button type="button" class="secondary" onClick=${() => keep(account.id, changed)}>${say("console.keep")}</button>`
          : html`<button type="button" class="danger" onClick=${() => stop(account.id, changed)}>${say("console.freeze")}</button>`}
      </p>`}
    <${PagedTable} of=${entries} name=${account.id} title=${say("console.entries")} columns=${COLUMNS} empty=${say("console.nothing-yet")} />
  `;
}

const COLUMNS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "kind", cell: (row) => what(row.kind), text: (row) => row.kind },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency, true), text: (row) => major(row.amount, row.currency) },
  { key: "held", number: true, cell: (row) => (row.held ? shownMoney(row.held, row.currency, true) : ""), text: (row) => major(row.held ?? 0, row.currency) },
  CURRENCY,
  { key: "movement", cell: (row) => html`<${Id} of=${row.movement_id} data-stop />`, text: (row) => row.movement_id },
  { key: "order_reference", cell: (row) => row.order_reference ?? "", text: (row) => row.order_reference ?? "" },
];
