/** A merchant's stores with the codes for their counters, who works there, and what it says of its business. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say, sayOr } from "/shared/language.js";
import { Dialog, Field, pages, Shown } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { lookAgain, see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const ROLES = ["cashier", "manager", "owner"];

/**
 * `business` is null for whoever may not see it; `clear`: what of it was revealed; `code`: the store whose code is shown.
 */
export function shopsOf(merchant) {
  const at = `/v1/merchants/${merchant}`;
  const list = (path) => () => pages((cursor) => get(`${at}/${path}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  const [stores, staff] = [list("stores"), list("staff")];
  const business = signal(null);
  const look = () => may("merchants.see-business") && (business.value = see(`${at}/business`));
  return { merchant, at, business, clear: signal({}), look, code: signal(null), stores: signal(stores()), staff: signal(staff()), again: { stores, staff } };
}

export const Shops = ({ of: one, merchant }) => html`
  ${one.business.value && html`<${Business} of=${one} merchant=${merchant} />`}
  ${may("merchants.see-stores") && html`
    <${PagedTable} of=${one.stores.value} name=${`stores-${one.merchant}`} title=${say("shops.stores")} columns=${stores(one)} empty=${say("console.nothing-yet")} />
    ${may("merchants.keep-stores") && html`<p class="deeds"><button type="button" onClick=${() => openStore(one)}>${say("shops.open")}</button></p>`}`}
  ${may("merchants.see-staff") && html`
    <${PagedTable} of=${one.staff.value} name=${`staff-${one.merchant}`} title=${say("shops.staff")} columns=${staff(one)} empty=${say("console.nothing-yet")} />
    ${may("merchants.keep-staff") && html`<p class="deeds"><button type="button" onClick=${() => invite(one)}>${say("shops.invite")}</button></p>`}`}
  ${one.code.value && html`<${Code} of=${one.code.value} onClose=${() => (one.code.value = null)} />`}
`;

const Business = ({ of: one, merchant }) => html`
  <section aria-labelledby="business">
    <h2 id="business">${say("shops.business")}</h2>
    ${isVouchedFor(one) ? html`<p>${say("shops.vouched")}</p>` : html`<${Shown} of=${one.business.value}>${(said) => html`
      <${Facts} of=${[
        ["legal_name", html`<${Masked} of=${one} said=${said} field="legal_name" />`],
        ["registration_number", html`<${Masked} of=${one} said=${said} field="registration_number" />`],
        ["country", said.country],
        ["representative_name", html`<${Masked} of=${one} said=${said} field="representative_name" />`],
        ["website", said.website],
        ["verification", html`<span class="state">${say(`shops.check.${said.state}`)}</span>`],
        ["currently_due", said.currently_due.map((name) => say(`console.${name}`)).join(", ")],
        ["checked_at", said.checked_at && html`<${Moment} at=${said.checked_at} />`],
      ]} />
      ${merchant.status === "pending" && may("merchants.verify") && html`<p class="deeds">
        <button type="button" onClick=${() => decide(one, "verify", said.version)}>${say("shops.verify")}</button>
        <button type="button" class="danger" onClick=${() => decide(one, "refuse", said.version)}>${say("shops.refuse")}</button>
      </p>`}`}
    <//>`}
  </section>
`;

/** Nothing was said of it: whoever took it on answers for it. */
const isVouchedFor = ({ business: { value: { value: { data, problem } } } }) => data === null && problem?.answer?.status === 404;

const Masked = ({ of: one, said, field }) => html`
  ${one.clear.value[field] ?? said[field]}
  ${may("merchants.reveal-business") && one.clear.value[field] === undefined && html` <button type="button" class="plain" data-stop onClick=${() => reveal(one, field)}>${say("console.reveal")}</button>`}
`;

/** To be printed and put on the counter: whoever scans it sees whom they pay, and types the amount. */
const Code = ({ of: { store, qr }, onClose }) => html`
  <${Dialog} title=${store.name} onClose=${onClose}>
    <${Qr} of=${qr} label=${say("shops.code-of", { name: store.name })} />
    <p><a href=${store.code_url}>${store.code_url}</a></p>
    <p class="deeds"><button type="button" onClick=${() => print()}>${say("shops.print")}</button><button type="button" class="secondary" onClick=${(event) => event.target.closest("dialog").close()}>${say("shared.close")}</button></p>
  <//>
`;

async function changed(one, method, path, body, list) {
  await call(method, `${one.at}/${path}`, { body });
  if (list) one[list].value = one.again[list]();
  else await lookAgain(one.at);
}

const name = (wrong, value = "") => html`<${Field} name="name" label=${say("shops.name")} problem=${wrong("name")} defaultValue=${value} autocomplete="off" maxlength="64" required />`;
const address = (wrong, value = "") => html`<${Field} name="address" label=${say("shops.address")} problem=${wrong("address")} defaultValue=${value} autocomplete="off" maxlength="200" />`;

const openStore = (one) =>
  ask({
    title: say("shops.open"),
    what: say("shops.open-what"),
    fields: (wrong) => html`${name(wrong)}${address(wrong)}`,
    plain: true,
    go: say("shops.open"),
    done: say("shops.opened"),
    act: (fields) => changed(one, "POST", "stores", fields, "stores"),
  });

const rename = (one, store) =>
  ask({
    title: say("shops.change"),
    what: say("shops.change-what", { name: store.name }),
    fields: (wrong) => html`${name(wrong, store.name)}${address(wrong, store.address)}`,
    plain: true,
    go: say("shops.change"),
    done: say("shops.changed"),
    act: (fields) => changed(one, "PATCH", `stores/${store.id}`, fields, "stores"),
  });

const turn = (one, store) => {
  const closes = store.status === "open";
  ask({
    title: say(closes ? "shops.close" : "shops.reopen"),
    what: say(closes ? "shops.close-what" : "shops.reopen-what", { name: store.name }),
    plain: true,
    go: say(closes ? "shops.close" : "shops.reopen"),
    done: say("shops.changed"),
    act: () => changed(one, "PATCH", `stores/${store.id}`, { status: closes ? "closed" : "open" }, "stores"),
  });
};

const roles = (chosen) => html`<label class="field" for="role"><span>${say("console.role")}</span><select id="role" name="role">${ROLES.map((role) => html`<option key=${role} value=${role} selected=${role === chosen}>${say(`shops.role.${role}`)}</option>`)}</select></label>`;

const invite = (one) =>
  ask({
    title: say("shops.invite"),
    what: say("shops.invite-what"),
    fields: (wrong) => html`
      <${Field} name="identifier" label=${say("shops.identifier")} problem=${wrong("identifier")} inputmode="email" autocapitalize="none" autocomplete="off" required />
      ${name(wrong)}${roles("cashier")}`,
    plain: true,
    go: say("shops.invite"),
    done: say("shops.invited"),
    act: (fields) => changed(one, "POST", "staff", fields, "staff"),
  });

const another = (one, member) =>
  ask({
    title: say("shops.role-change"),
    what: say("shops.role-change-what", { name: member.name }),
    fields: () => roles(member.role),
    plain: true,
    go: say("shops.role-change"),
    done: say("shops.role-changed"),
    act: (fields) => changed(one, "PATCH", `staff/${member.id}`, fields, "staff"),
  });

const revoke = (one, member) =>
  ask({
    title: say("shops.revoke"),
    what: say("shops.revoke-what", { name: member.name }),
    plain: true,
    go: say("shops.revoke"),
    done: say("shops.revoked"),
    act: () => changed(one, "DELETE", `staff/${member.id}`, undefined, "staff"),
  });

const decide = (one, decision, version) =>
  ask({
    title: say(`shops.${decision}`),
    what: say(`shops.${decision}-what`),
    go: say(`shops.${decision}`),
    done: say(`shops.${decision}-done`),
    act: ({ reason }) => changed(one, "POST", "verification", { decision, reason, version }),
  });

const reveal = (one, field) =>
  ask({
    title: say("console.reveal"),
    what: say("console.reveal-what", { field: say(`console.${field}`) }),
    go: say("console.reveal"),
    act: async ({ reason }) => {
      const { value } = await call("POST", `${one.at}/business/reveals`, { body: { field, reason } });
      one.clear.value = { ...one.clear.peek(), [field]: value };
    },
  });

const show = async (one, store) => (one.code.value = { store, qr: await drawn(store.code_url) });
const time = { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at };
const called = { key: "called", wide: true, cell: (row) => row.name, text: (row) => row.name };
const id = { key: "id", cell: (row) => html`<span class="id">${row.id}</span>`, text: (row) => row.id };
const word = (key, kind) => ({ key, cell: (row) => say(`shops.${kind}.${row[key]}`), text: (row) => row[key] });

const stores = (one) => [
  id,
  called,
  { key: "address", wide: true, cell: (row) => row.address, text: (row) => row.address },
  word("status", "store"),
  time,
  { key: "deeds", cell: (row) => html`
    <button type="button" class="plain" onClick=${() => show(one, row)}>${say("shops.code")}</button>
    ${may("merchants.keep-stores") && html`
      <button type="button" class="plain" onClick=${() => rename(one, row)}>${say("shops.change")}</button>
      <button type="button" class="plain" onClick=${() => turn(one, row)}>${say(row.status === "open" ? "shops.close" : "shops.reopen")}</button>`}`, text: (row) => row.code_url },
];

const staff = (one) => [
  id,
  called,
  { key: "identifier", cell: (row) => row.identifier_masked, text: (row) => row.identifier_masked },
  word("role", "role"),
  { key: "status", cell: (row) => html`<span class="state">${sayOr(`shops.member.${row.status}`, row.status)}</span>`, text: (row) => row.status },
  time,
  ...(may("merchants.keep-staff") ? [{ key: "deeds", cell: (row) => row.status !== "revoked" && html`
    <button type="button" class="plain" onClick=${() => another(one, row)}>${say("shops.role-change")}</button>
    <button type="button" class="plain" onClick=${() => revoke(one, row)}>${say("shops.revoke")}</button>`, text: () => "" }] : []),
];
