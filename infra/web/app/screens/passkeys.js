/** Passkeys: a face, a finger or the device's PIN in the place of a password, made, seen and removed. */
import { deviceName } from "/app/entering.js";
import { me } from "/app/me.js";
import { Proof, proof, proofOf } from "/app/proof.js";
import { Settled, Titled, changed, passkeys, settling } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Dialog, Empty, Field, Form, Shown, Submit, When, announce, job, wrong } from "/shared/parts.js";
import { made, passkeysHere } from "/shared/passkeys.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = { person: me(), found: passkeys(), devices: settling(), removed: signal(null), proof: proof(), removal: proof() };
  of.add = job(async ({ name, ...fields }) => {
    const { options } = await call("POST", "/v1/me/passkeys/options", { body: proofOf(fields) });
    const credential = await made(options);
    if (!credential) return;
    await call("POST", "/v1/me/passkeys", { body: { name, credential } });
    await changed();
    announce(say("passkeys.added"));
  });
  of.remove = job(async (fields) => {
    await call("DELETE", `/v1/me/passkeys/${of.removed.peek().id}`, { body: proofOf(fields) });
    of.removed.value = null;
    await changed();
    announce(say("passkeys.removed"));
  });
  return { title: () => say("passkeys.title"), view: () => html`<${Passkeys} ...${of} />` };
}

const Passkeys = ({ person, found, devices, removed, ...of }) => html`
  <${Titled} title=${say("passkeys.title")}>${say("passkeys.why")}<//>
  <${Shown} of=${found}>${({ data }) => html`
    ${data.length === 0 && html`<${Empty}>${say("passkeys.none")}<//>`}
    <ul class="rows">${data.map((one) => html`<${Passkey} key=${one.id} one=${one} removed=${removed} />`)}</ul>
  `}<//>
  <h2>${say("passkeys.new")}</h2>
  ${passkeysHere() ? html`<${Shown} of=${person}>${({ ways }) => html`<${Settled} of=${devices} ways=${ways}><${Add} ways=${ways} ...${of} /><//>`}<//>` : html`<p class="note">${say("passkeys.unable")}</p>`}
  ${removed.value && html`<${Remove} one=${removed.value} ways=${person.value.data?.ways ?? []} close=${() => (removed.value = null)} ...${of} />`}
`;

const Passkey = ({ one, removed }) => html`
  <li class="thing">
    <div><strong>${one.name}</strong><small>${one.last_used_at === one.created_at ? say("passkeys.unused") : html`${say("passkeys.used")} <${When} at=${one.last_used_at} />`}</small></div>
    <p class="acts"><${Button} kind="plain" aria-label=${say("passkeys.remove-one", { name: one.name })} onClick=${() => (removed.value = one)}>${say("passkeys.remove")}<//></p>
  </li>
`;

const Add = ({ ways, add, proof }) => html`
  <${Form} key="add" clear job=${add}>
    <${Field} name="name" label=${say("passkeys.name")} hint=${say("passkeys.name-about")} defaultValue=${deviceName() ?? ""} problem=${wrong(add.problem.value, "name")} maxlength="64" autocomplete="off" required />
    <${Proof} of=${proof} problem=${add.problem.value} coded=${ways.includes("totp") || ways.includes("passkey")} />
    <${Submit} job=${add}>${say("passkeys.add")}<//>
  <//>
`;

const Remove = ({ one, ways, close, remove, removal }) => html`
  <${Dialog} title=${say("passkeys.remove-one", { name: one.name })} onClose=${close}>
    <p>${say("passkeys.remove-about")}</p>
    <${Form} key="remove" job=${remove}>
      <${Proof} prefix="removal-" of=${removal} problem=${remove.problem.value} coded=${ways.length > 0} />
      <${Submit} kind="danger" job=${remove}>${say("passkeys.remove")}<//>
    <//>
    <button type="button" class="secondary" onClick=${close}>${say("shared.cancel")}</button>
  <//>
`;
