/** Ten codes for the day when the phone is gone: shown once, to be copied or printed. */
import { me } from "/app/me.js";
import { Proof, proof, proofOf } from "/app/proof.js";
import { Titled, codesLeft } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Form, Shown, Submit, announce, job } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = { person: me(), left: codesLeft(), codes: signal(null), proof: proof() };
  of.make = job(async (fields) => {
    const { codes } = await call("POST", "/v1/me/recovery-codes", { body: proofOf(fields) });
    of.codes.value = codes;
    void lookAgain("/v1/me/recovery-codes");
  });
  of.copy = job(async () => {
    await navigator.clipboard.writeText(of.codes.peek().join("\n"));
    announce(say("codes.copied"));
  });
  return { title: () => say("codes.title"), view: () => html`<${RecoveryCodes} ...${of} />` };
}

const RecoveryCodes = ({ person, codes, ...of }) => html`
  <${Titled} title=${say("codes.title")}>${say("codes.why")}<//>
  ${codes.value ? html`<${Fresh} codes=${codes.value} copy=${of.copy} />` : html`<${Shown} of=${person}>${({ ways }) => html`<${Make} ways=${ways} ...${of} />`}<//>`}
`;

function Make({ ways, left, make, proof }) {
  if (!ways.includes("totp") && !ways.includes("passkey"))
    return html`
      <p class="note">${say("codes.first")}</p>
      <p><a class="button wide" href="#/security/passkeys">${say("step.factor.go")}</a></p>
      <p><a class="button secondary wide" href="#/security/authenticator">${say("authenticator.begin")}</a></p>
    `;
  return html`
    <${Shown} of=${left} lines=${1}>${({ left: count }) => html`<p class=${count ? "good" : "note"}>${say(count ? "codes.left" : "codes.none", { count })}</p>`}<//>
    <${Form} key="make" job=${make}>
      <${Proof} of=${proof} problem=${make.problem.value} coded />
      <${Submit} job=${make}>${say("codes.make")}<//>
    <//>
    <p><small>${say("codes.replace")}</small></p>
  `;
}

const Fresh = ({ codes, copy }) => html`
  <p class="note" role="status">${say("codes.once")}</p>
  <ul class="codes card">${codes.map((one) => html`<li key=${one}><code>${one}</code></li>`)}</ul>
  <p class="acts unprinted">
    <${Button} kind="secondary" job=${copy} onClick=${copy.run}>${say("codes.copy")}<//>
    <${Button} kind="secondary" onClick=${() => print()}>${say("codes.print")}<//>
  </p>
  <p class="unprinted"><${Button} kind="wide" onClick=${() => go("/security")}>${say("codes.kept")}<//></p>
`;
