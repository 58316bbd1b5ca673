/** API keys: made and shown once, replaced with an overlap, and revoked. */
import { listOf, question, State } from "/till/office.js";
import { mine, staff } from "/till/staff.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Heading, Pages, Trouble, Up } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const OVERLAP_HOURS = 24;

export function open() {
  const list = signal(listOf("/keys"));
  const fresh = signal(null);
  const again = (made) => {
    fresh.value = made ?? null;
    list.value = listOf("/keys");
  };
  const { ask, view } = question();
  const make = () => ask({
    title: say("office.key-make"),
    what: say("office.key-make-what"),
    fields: () => html`
      <fieldset><legend>${say("office.scopes")}</legend>
        ${(staff.value?.scopes ?? []).map((one) => html`<label class="switch" key=${one}><input type="checkbox" name=${one} /><span>${sayOr(`office.scope.${one}`, one)}</span></label>`)}
      </fieldset>`,
    go: say("office.key-make"),
    act: async (fields) => {
      const scopes = Object.keys(fields);
      if (scopes.length === 0) throw new Trouble("office.no-scope");
      again(await call("POST", mine("/keys"), { body: { scopes } }));
    },
  });
  const rotate = (one) => ask({
    title: say("office.key-rotate-of", { end: one.last_four }),
    what: say("office.key-rotate-what", { hours: OVERLAP_HOURS }),
    go: say("office.key-rotate"),
    act: async () => again(await call("POST", mine(`/keys/${one.id}/rotate`), { body: { overlap_hours: OVERLAP_HOURS } })),
  });
  const revoke = (one) => ask({
    title: say("office.key-revoke-of", { end: one.last_four }),
    what: say("office.key-revoke-what"),
    go: say("office.key-revoke"),
    danger: true,
    done: say("office.key-revoked"),
    act: async () => again(await call("DELETE", mine(`/keys/${one.id}`))),
  });
  return { title: () => say("office.keys"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.keys")}<//>
    <p>${say("office.keys-lead")}</p>
    <p><button type="button" onClick=${make}>${say("office.key-make")}</button></p>
    ${fresh.value && html`
      <section class="card" role="status">
        <h2>${say("office.key-fresh")}</h2>
        <p>${say("office.key-fresh-what")}</p>
        <p><code class="secret">${fresh.value.key}</code></p>
        <button type="button" class="secondary" onClick=${() => (fresh.value = null)}>${say("office.key-kept")}</button>
      </section>`}
    <${Pages} of=${list.value} empty=${say("office.no-keys")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("office.keys")}>${rows.map((one) => html`<${Key} key=${one.id} of=${one} rotate=${rotate} revoke=${revoke} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const Key = ({ of: one, rotate, revoke }) => html`
  <li class="thing">
    <strong><code>…${one.last_four}</code></strong> <${State} of=${one.state} />
    <small>${one.scopes.map((scope) => sayOr(`office.scope.${scope}`, scope)).join(" · ")}</small>
    <small>${say("office.key-made", { at: shownMoment(one.created_at) })}${one.expires_at && one.state === "active" ? ` · ${say("office.key-ends", { at: shownMoment(one.expires_at) })}` : ""}</small>
    ${one.maker && html`<small>${say(one.maker.status === "revoked" ? "office.key-maker-left" : "office.key-maker", { name: one.maker.name })}</small>`}
    ${one.state === "active" && html`
      <p class="acts">
        <button type="button" class="plain" onClick=${() => rotate(one)}>${say("office.key-rotate")}</button>
        <button type="button" class="plain" onClick=${() => revoke(one)}>${say("office.key-revoke")}</button>
      </p>`}
  </li>
`;
