/**
 * The servers of the shop that are told what happens: added, tried out, given a new secret, and switched off and on.
 * Their addresses may hold secrets, so nothing of them stays in this browser.
 */
import { EVENT_TYPES, named } from "/till/hooks.js";
import { listOf, question, State } from "/till/office.js";
import { mine } from "/till/staff.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Field, Heading, Pages, Trouble, Up, wrong } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const OVERLAP_HOURS = 24;

export function open() {
  const list = signal(listOf("/webhook-endpoints"));
  const fresh = signal(null);
  const { ask, view } = question();
  const send = async (method, path, body) => {
    const answer = await call(method, mine(`/webhook-endpoints${path}`), body && { body });
    fresh.value = answer?.secret ? answer : null;
    list.value = listOf("/webhook-endpoints");
  };
  const add = () => ask({
    title: say("hooks.add"),
    what: say("hooks.add-what"),
    fields: (deed) => html`<${Address} deed=${deed} /><${Types} chosen=${EVENT_TYPES} />`,
    go: say("hooks.add"),
    act: ({ url, ...ticked }) => send("POST", "", { url: url.trim(), event_types: typesOf(ticked) }),
  });
  const change = (one) => ask({
    title: say("hooks.change"),
    fields: (deed) => html`<${Address} deed=${deed} was=${one.url} /><${Types} chosen=${one.event_types} />`,
    go: say("shared.save"),
    done: say("office.saved"),
    act: ({ url, ...ticked }) => send("PATCH", `/${one.id}`, { ...(url.trim() !== one.url && { url: url.trim() }), event_types: typesOf(ticked) }),
  });
  const rotate = (one) => ask({
    title: say("hooks.rotate"),
    what: say("hooks.rotate-what"),
    fields: (deed) => html`<${Field} name="hours" type="number" min="0" max="168" label=${say("hooks.overlap")} hint=${say("hooks.overlap-hint")} problem=${wrong(deed.problem.value, "overlap_hours")} defaultValue=${OVERLAP_HOURS} required />`,
    go: say("hooks.rotate"),
    act: ({ hours }) => send("POST", `/${one.id}/rotate`, { overlap_hours: Number(hours) }),
  });
  const turn = (one) => ask({
    title: say(one.state === "enabled" ? "hooks.disable" : "hooks.enable"),
    what: say(one.state === "enabled" ? "hooks.disable-what" : "hooks.enable-what"),
    go: say(one.state === "enabled" ? "hooks.disable" : "hooks.enable"),
    danger: one.state === "enabled",
    done: say("office.saved"),
    act: () => send("PATCH", `/${one.id}`, { state: one.state === "enabled" ? "disabled" : "enabled" }),
  });
  const remove = (one) => ask({
    title: say("hooks.remove"),
    what: say("hooks.remove-what"),
    go: say("hooks.remove"),
    danger: true,
    done: say("hooks.removed"),
    act: () => send("DELETE", `/${one.id}`),
  });
  const ping = (one) => ask({
    title: say("hooks.ping"),
    what: say("hooks.ping-what"),
    go: say("hooks.ping"),
    done: say("hooks.pinged"),
    act: () => send("POST", `/${one.id}/test`),
  });
  const deeds = { change, rotate, turn, remove, ping };
  return { title: () => say("hooks.title"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("hooks.title")}<//>
    <p>${say("hooks.lead")}</p>
    <p><button type="button" onClick=${add}>${say("hooks.add")}</button></p>
    ${fresh.value && html`<${Fresh} of=${fresh} />`}
    <${Pages} of=${list.value} empty=${say("hooks.none")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("hooks.title")}>${rows.map((one) => html`<${Endpoint} key=${one.id} of=${one} deeds=${deeds} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const typesOf = (ticked) => {
  const types = EVENT_TYPES.filter((one) => one in ticked);
  if (types.length === 0) throw new Trouble("hooks.no-type");
  return types;
};

const Address = ({ deed, was }) => html`
  <${Field} name="url" type="url" label=${say("hooks.url")} hint=${say("hooks.url-hint")} problem=${wrong(deed.problem.value, "url")} defaultValue=${was} autocomplete="off" autocapitalize="none" spellcheck="false" required />
`;

const Types = ({ chosen }) => html`
  <fieldset><legend>${say("hooks.types")}</legend>
    ${EVENT_TYPES.map((one) => html`<label class="switch" key=${one}><input type="checkbox" name=${one} defaultChecked=${chosen.includes(one)} /><span>${named(one)}</span></label>`)}
  </fieldset>
`;

const Fresh = ({ of: fresh }) => html`
  <section class="card" role="status">
    <h2>${say("hooks.fresh")}</h2>
    <p>${say("hooks.fresh-what")}</p>
    <p><code class="secret">${fresh.value.secret}</code></p>
    <button type="button" class="secondary" onClick=${() => (fresh.value = null)}>${say("office.key-kept")}</button>
  </section>
`;

const Endpoint = ({ of: one, deeds: { change, rotate, turn, remove, ping } }) => html`
  <li class="thing">
    <strong>${one.url}</strong> <${State} of=${one.state} />
    ${one.disabled_reason && html`<small>${sayOr(`hooks.disabled.${one.disabled_reason}`, one.disabled_reason)}</small>`}
    <small>${one.event_types.map(named).join(" · ")}</small>
    ${one.failing_since && html`<small>${say("hooks.failing", { at: shownMoment(one.failing_since) })}</small>`}
    ${one.old_secret_ends_at && html`<small>${say("hooks.old-ends", { at: shownMoment(one.old_secret_ends_at) })}</small>`}
    <p class="acts">
      <a class="alone" href=${`#/office/webhooks/${one.id}`}>${say("hooks.deliveries")}</a>
      <button type="button" class="plain" onClick=${() => change(one)}>${say("office.change")}</button>
      <button type="button" class="plain" onClick=${() => rotate(one)}>${say("hooks.rotate")}</button>
      ${one.state === "enabled" && html`<button type="button" class="plain" onClick=${() => ping(one)}>${say("hooks.ping")}</button>`}
      <button type="button" class="plain" onClick=${() => turn(one)}>${say(one.state === "enabled" ? "hooks.disable" : "hooks.enable")}</button>
      <button type="button" class="plain" onClick=${() => remove(one)}>${say("hooks.remove")}</button>
    </p>
  </li>
`;
