/** Who works here, in which role and at which stores: invited, changed, and sent away at once. */
import { listOf, question, State } from "/till/office.js";
import { chosenIn, StoreChoice, storesOf } from "/till/places.js";
import { mine, staff } from "/till/staff.js";
import { say, sayOr } from "/shared/language.js";
import { Field, Heading, Pages, Up, wrong } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** Whom each role may take on. */
const MAKES = { owner: ["cashier", "manager", "owner"], manager: ["cashier"] };
const makes = () => MAKES[staff.value?.role] ?? [];

export function open() {
  const list = signal(listOf("/staff"));
  const again = () => (list.value = listOf("/staff"));
  const stores = storesOf();
  const { ask, view } = question();
  const invite = () => ask({
    title: say("office.invite"),
    what: say("office.invite-what"),
    fields: (deed) => html`
      <${Field} name="name" label=${say("office.staff-name")} problem=${wrong(deed.problem.value, "name")} autocomplete="off" maxlength="64" required />
      <${Field} name="identifier" label=${say("till.enter.identifier")} problem=${wrong(deed.problem.value, "identifier")} autocomplete="off" autocapitalize="none" required />
      <${Roles} /><${StoreChoice} of=${stores} />`,
    go: say("office.invite"),
    done: say("office.invited"),
    act: async ({ name, identifier, role, ...ticked }) => again(await call("POST", mine("/staff"), { body: { name: name.trim(), identifier: identifier.trim(), role, store_ids: chosenIn(ticked) } })),
  });
  const change = (one) => ask({
    title: say("office.change-role-of", { name: one.name }),
    what: say("office.change-role-what"),
    fields: () => html`<${Roles} chosen=${one.role} /><${StoreChoice} of=${stores} chosen=${one.store_ids} />`,
    go: say("office.change-role"),
    done: say("office.saved"),
    act: async ({ role, ...ticked }) => again(await call("PATCH", mine(`/staff/${one.id}`), { body: { role, ...(stores.all.peek() && { store_ids: chosenIn(ticked) }) } })),
  });
  const revoke = (one) => ask({
    title: say("office.revoke-of", { name: one.name }),
    what: say("office.revoke-what"),
    go: say("office.revoke"),
    danger: true,
    done: say("office.revoked"),
    act: async () => again(await call("DELETE", mine(`/staff/${one.id}`))),
  });
  return { title: () => say("office.staff"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.staff")}<//>
    <p><a class="alone" href="#/office/tills">${say("tills.title")}</a></p>
    ${makes().length > 0 && html`<p><button type="button" onClick=${invite}>${say("office.invite")}</button></p>`}
    <${Pages} of=${list.value} empty=${say("office.no-staff")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("office.staff")}>${rows.map((one) => html`<${Member} key=${one.id} of=${one} stores=${stores} change=${change} revoke=${revoke} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const Roles = ({ chosen }) => html`
  <label class="field" for="role"><span>${say("more.role")}</span>
    <select id="role" name="role">${makes().map((role) => html`<option key=${role} value=${role} selected=${role === chosen}>${say(`till.role.${role}`)}</option>`)}</select>
  </label>
`;

const Member = ({ of: one, stores, change, revoke }) => html`
  <li class="thing">
    <strong>${one.name}</strong> <${State} of=${one.status} />
    <small>${[sayOr(`till.role.${one.role}`, one.role), one.identifier_masked].filter(Boolean).join(" · ")}</small>
    <small>${one.store_ids.length === 0 ? say("office.every-store") : one.store_ids.map(stores.name).filter(Boolean).join(" · ")}</small>
    ${one.status !== "revoked" && makes().includes(one.role) && html`
      <p class="acts">
        <button type="button" class="plain" onClick=${() => change(one)}>${say("office.change-role")}</button>
        <button type="button" class="plain" onClick=${() => revoke(one)}>${say("office.revoke")}</button>
      </p>`}
  </li>
`;
