/** The merchant's stores, each with the code for its counter. */
import { listOf, question, State } from "/till/office.js";
import { keeps, may, mine } from "/till/staff.js";
import { say } from "/shared/language.js";
import { Field, Heading, Pages, Up, wrong } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const list = signal(listOf("/stores"));
  const again = () => (list.value = listOf("/stores"));
  const { ask, view } = question();
  const fields = (one) => (deed) => html`
    <${Field} name="name" label=${say("office.store-name")} defaultValue=${one?.name} problem=${wrong(deed.problem.value, "name")} autocomplete="off" required />
    <${Field} name="address" label=${say("office.store-address")} defaultValue=${one?.address} problem=${wrong(deed.problem.value, "address")} autocomplete="off" />`;
  const add = () => ask({ title: say("office.store-add"), fields: fields(), go: say("office.store-add"), done: say("office.saved"), act: async (body) => again(await call("POST", mine("/stores"), { body })) });
  const change = (one) => ask({ title: one.name, fields: fields(one), go: say("shared.save"), done: say("office.saved"), act: async (body) => again(await call("PATCH", mine(`/stores/${one.id}`), { body })) });
  const turn = (one) => ask({
    title: say(one.status === "open" ? "office.store-close-of" : "office.store-open-of", { name: one.name }),
    what: say(one.status === "open" ? "office.store-close-what" : "office.store-open-what"),
    go: say(one.status === "open" ? "office.store-close" : "office.store-open"),
    danger: one.status === "open",
    done: say("office.saved"),
    act: async () => again(await call("PATCH", mine(`/stores/${one.id}`), { body: { status: one.status === "open" ? "closed" : "open" } })),
  });
  return { title: () => say("office.stores"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.stores")}<//>
    ${may("stores") && keeps() && html`<p><button type="button" onClick=${add}>${say("office.store-add")}</button></p>`}
    <${Pages} of=${list.value} empty=${say("office.no-stores")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("office.stores")}>${rows.map((one) => html`<${Store} key=${one.id} of=${one} change=${change} turn=${turn} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const Store = ({ of: one, change, turn }) => html`
  <li class="thing">
    <strong>${one.name}</strong> <${State} of=${one.status} />
    ${one.address && html`<small>${one.address}</small>`}
    <p class="acts">
      ${one.status === "open" && html`<a class="alone" href=${`#/stores/${one.id}`}>${say("office.store-code")}</a>`}
      ${keeps(one.id) && html`
        <button type="button" class="plain" onClick=${() => change(one)}>${say("office.change")}</button>
        <button type="button" class="plain" onClick=${() => turn(one)}>${say(one.status === "open" ? "office.store-close" : "office.store-open")}</button>`}
    </p>
  </li>
`;
