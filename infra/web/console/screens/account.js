/** A wallet or a merchant's account: what it holds, whether it is frozen, what happened in it. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment, State, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say, sayOr, shownMoney } from "/shared/language.js";
import { Heading, Money, pages, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const REASONS = ["stolen_phone", "unusual_activity", "disputed_payment", "legal_order"];

export function open({ params: { id } }) {
  const account = see(`/v1/accounts/${id}`);
  const freeze = id.startsWith("wal_") ? signal(null) : null;
  const look = () => freeze && get(`/v1/freezes/${id}`).then((found) => (freeze.value = found), () => {});
  void look();
  const entries = pages((cursor) => get(`/v1/accounts/${id}/entries?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const title = () => say(id.startsWith("wal_") ? "console.wallet" : "console.merchant-account");
  const changed = () => Promise.all([lookAgain(`/v1/accounts/${id}`), look()]);
  return { title, view: () => html`<${Heading}>${title()}<//><${Shown} of=${account}>${(data) => html`<${Account} of=${data} freeze=${freeze?.value} entries=${entries} changed=${changed} />`}<//>` };
}

function Account({ of: account, freeze, entries, changed }) {
  const money = (amount) => html`<${Money} amount=${amount} currency=${account.currency} />`;
  return html`
    <p class="summary"><span class="big">${money(account.available)}</span> <${State} of=${account.status} /></p>
    <${Facts} of=${[
      ["id", html`<${Id} of=${account.id} />`],
      ["owner", html`<${Id} of=${account.owner} data-stop />`],
      ["why-frozen", account.status === "frozen" ? sayOr(`console.reason.${account.reason}`, account.reason) : ""],
      ["held", money(account.held)],
      ["debt", account.debt ? money(account.debt) : ""],
      ["floor", account.floor ? money(account.floor) : ""],
      ["tier", account.id.startsWith("wal_") ? String(account.tier) : ""],
      ["last_at", html`<${Moment} at=${account.last_at} />`],
      ["frozen_at", freeze && !freeze.lifted_at ? html`<${Moment} at=${freeze.frozen_at} />` : ""],
      ["frozen_by", freeze && !freeze.lifted_at ? html`<${Id} of=${freeze.frozen_by} />` : ""],
      ["review_at", freeze && !freeze.lifted_at ? html`<${Moment} at=${freeze.review_at} />` : ""],
      ["case", freeze && !freeze.lifted_at ? html`<${Id} of=${freeze.case_id} data-stop />` : ""],
    ]} />
    ${account.id.startsWith("wal_") && may("freezes.keep") && html`
      <p class="deeds">
        ${freeze && !freeze.lifted_at
          ? html`<button type="button" onClick=${() => lift(account, changed)}>${say("console.lift")}</button>`
          : html`<button type="button" class="danger" onClick=${() => stop(account, changed)}>${say("console.freeze")}</button>`}
      </p>`}
    <${PagedTable} of=${entries} name=${account.id} title=${say("console.entries")} columns=${COLUMNS} empty=${say("console.nothing-yet")} />
  `;
}

const COLUMNS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "kind", cell: (row) => what(row.kind), text: (row) => row.kind },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency, true), text: (row) => row.amount },
  { key: "held", number: true, cell: (row) => (row.held ? shownMoney(row.held, row.currency, true) : ""), text: (row) => row.held ?? 0 },
  { key: "movement", cell: (row) => html`<${Id} of=${row.movement_id} data-stop />`, text: (row) => row.movement_id },
  { key: "order_reference", cell: (row) => row.order_reference ?? "", text: (row) => row.order_reference ?? "" },
];

const stop = (account, changed) =>
  ask({
    title: say("console.freeze"),
    what: say("console.freeze-what", { id: account.id }),
    fields: html`<label class="field" for="why"><span>${say("console.freeze-reason")}</span><select id="why" name="why">${REASONS.map((one) => html`<option key=${one} value=${one}>${say(`console.reason.${one}`)}</option>`)}</select></label>`,
    label: say("console.note"),
    word: say("console.word.freeze"),
    go: say("console.freeze"),
    done: say("console.frozen"),
    act: async ({ why, reason }) => {
      await call("POST", "/v1/freezes", { body: { wallet_id: account.id, reason: why, note: reason } });
      await changed();
    },
  });

const lift = (account, changed) =>
  ask({
    title: say("console.lift"),
    what: say("console.lift-what", { id: account.id }),
    label: say("console.note"),
    go: say("console.lift"),
    done: say("console.lifted"),
    act: async ({ reason }) => {
      await call("POST", `/v1/freezes/${account.id}/lift`, { body: { note: reason } });
      await changed();
    },
  });
