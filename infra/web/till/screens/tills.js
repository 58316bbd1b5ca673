/** Who is signed in at which till, and the end of it at once. */
import { listOf, question, State } from "/till/office.js";
import { storesOf } from "/till/places.js";
import { mine } from "/till/staff.js";
import { say, shownMoment } from "/shared/language.js";
import { Heading, Pages, Up } from "/shared/parts.js";
import { call, session } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const list = signal(listOf("/staff-sessions"));
  const stores = storesOf();
  const { ask, view } = question();
  const end = (one) => ask({
    title: say("tills.end-of", { name: one.name }),
    what: say("tills.end-what", { name: one.name }),
    go: say("tills.end"),
    danger: true,
    done: say("tills.ended"),
    act: async () => {
      await call("DELETE", mine(`/staff-sessions/${one.id}`));
      list.value = listOf("/staff-sessions");
    },
  });
  return { title: () => say("tills.title"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("tills.title")}<//>
    <p>${say("tills.lead")}</p>
    <${Pages} of=${list.value} empty=${say("tills.none")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("tills.title")}>${rows.map((one) => html`<${Session} key=${one.id} of=${one} stores=${stores} end=${end} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const Session = ({ of: one, stores, end }) => html`
  <li class="thing">
    <strong>${one.name}</strong> <${State} of=${one.state} />
    <small>${[one.store_id ? stores.name(one.store_id) : say("office.every-store"), one.device_name].filter(Boolean).join(" · ")}</small>
    <small>${say("tills.since", { at: shownMoment(one.created_at) })} · ${say("tills.until", { at: shownMoment(one.expires_at) })}</small>
    ${one.id === session.value?.session_id && html`<small>${say("tills.this-one")}</small>`}
    ${one.state === "active" && one.id !== session.value?.session_id && html`<p class="acts"><button type="button" class="plain" onClick=${() => end(one)}>${say("tills.end")}</button></p>`}
  </li>
`;
