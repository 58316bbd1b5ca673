/** An authenticator app: shown a QR code, and in force once it has shown a right code. */
import { CodeField } from "/app/code-field.js";
import { me } from "/app/me.js";
import { Proof, proof, proofOf } from "/app/proof.js";
import { Settled, Titled, changed, settling } from "/app/security.js";
import { say } from "/shared/language.js";
import { Form, Shown, Submit, announce, job, wrong } from "/shared/parts.js";
import { Qr, drawn } from "/shared/qr.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = { person: me(), devices: settling(), proposed: signal(null), fresh: signal(false), proof: proof() };
  of.propose = job(async (fields) => {
    const { secret, uri } = await call("POST", "/v1/me/totp", { body: proofOf(fields) });
    of.proposed.value = { secret, uri, qr: await drawn(uri) };
  });
  of.confirm = job(async ({ code }) => {
    await call("POST", "/v1/me/totp/confirm", { body: { code } });
    await changed();
    of.proposed.value = null;
    of.fresh.value = true;
  });
  of.remove = job(async (fields) => {
    await call("DELETE", "/v1/me/totp", { body: proofOf(fields) });
    await changed();
    announce(say("authenticator.removed"));
  });
  return { title: () => say("authenticator.title"), view: () => html`<${Authenticator} ...${of} />` };
}

const Authenticator = ({ person, devices, ...of }) => html`
  <${Titled} title=${say("authenticator.title")}>${say("authenticator.why")}<//>
  <${Shown} of=${person}>${({ ways }) => {
    if (of.proposed.value) return html`<${Scan} ...${of} />`;
    return ways.includes("totp") ? html`<${On} ways=${ways} ...${of} />` : html`<${Settled} of=${devices} ways=${ways}><${Off} ways=${ways} ...${of} /><//>`;
  }}<//>
`;

const Off = ({ propose, proof, ways }) => html`
  <p>${say("authenticator.need")}</p>
  <${Form} key="propose" job=${propose}>
    <${Proof} of=${proof} problem=${propose.problem.value} coded=${ways.includes("passkey")} />
    <${Submit} job=${propose}>${say("authenticator.begin")}<//>
  <//>
`;

const Scan = ({ proposed, confirm }) => html`
  <ol class="facts">
    <li>${say("authenticator.scan")}</li>
    <li>${say("authenticator.then")}</li>
  </ol>
  <${Qr} of=${proposed.value.qr} label=${say("authenticator.qr")} />
  <p><a class="button secondary wide" href=${proposed.value.uri}>${say("authenticator.here")}</a></p>
  <p>${say("authenticator.by-hand")} <code class="secret">${proposed.value.secret.match(/.{1,4}/g).join(" ")}</code></p>
  <${Form} key="confirm" job=${confirm}>
    <${CodeField} label=${say("authenticator.code")} problem=${wrong(confirm.problem.value, "code")} />
    <${Submit} job=${confirm}>${say("authenticator.confirm")}<//>
  <//>
`;

const On = ({ fresh, remove, proof, ways }) => html`
  <p class="good" role="status">${say(fresh.value ? "authenticator.fresh" : "authenticator.on")}</p>
  ${fresh.value && html`<p><a class="button wide" href="#/security/recovery-codes">${say("step.codes.go")}</a></p>`}
  <details>
    <summary>${say("authenticator.remove")}</summary>
    <p>${say("authenticator.remove-about")}</p>
    <${Form} key="remove" job=${remove}>
      <${Proof} of=${proof} problem=${remove.problem.value} coded=${ways.length > 0} />
      <${Submit} kind="danger" job=${remove}>${say("authenticator.remove")}<//>
    <//>
  </details>
`;
