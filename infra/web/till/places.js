/** The merchant's stores by name, and choosing some of them. */
import { mine } from "/till/staff.js";
import { say } from "/shared/language.js";
import { get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const TOGETHER = 100;

/** {all: a signal of every store, null until they are known; name(id)}. */
export function storesOf() {
  const all = signal(null);
  const read = async (found = [], cursor = "") => {
    const page = await get(`${mine("/stores")}?limit=${TOGETHER}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    const known = [...found, ...page.data];
    return page.has_more ? read(known, page.next_cursor) : known;
  };
  read().then((found) => (all.value = found), () => {});
  return { all, name: (id) => all.value?.find((one) => one.id === id)?.name ?? "" };
}

/** None ticked: at all of them. A closed store is offered to whoever works there already. */
export const StoreChoice = ({ of: stores, chosen = [] }) => {
  const offered = (stores.all.value ?? []).filter(({ id, status }) => status === "open" || chosen.includes(id));
  if (offered.length === 0) return null;
  return html`
    <fieldset aria-describedby="stores-about"><legend>${say("office.works-at")}</legend>
      ${offered.map(({ id, name }) => html`<label class="switch" key=${id}><input type="checkbox" name=${id} defaultChecked=${chosen.includes(id)} /><span>${name}</span></label>`)}
      <small id="stores-about">${say("office.works-at-hint")}</small>
    </fieldset>
  `;
};

/** Of a form's fields: the ids of the stores that were ticked. */
export const chosenIn = (fields) => Object.keys(fields).filter((name) => name.startsWith("sto_"));
