/** The second half of signing in: an authenticator's code, a passkey or a recovery code, whichever is at hand. */
import { CodeField } from "/app/code-field.js";
import { ask } from "/app/entering.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Heading, Problem, Submit, job } from "/shared/parts.js";
import { passkeysHere, signed } from "/shared/passkeys.js";
import { deviceToken, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** Of a challenge of the API; `startAgain()` when its five minutes are over. */
export function secondFactor(asked, startAgain) {
  const methods = asked.methods.filter((one) => one !== "passkey" || passkeysHere());
  const way = signal(methods[0]);
  const prove = async (method, proof) => {
    const body = { challenge: asked.challenge, method, ...proof, device_token: deviceToken() };
    enter(await ask("/v1/sessions/second-factor", body));
  };
  const code = job(({ code: typed }) => prove(way.value, { code: typed }));
  const passkey = job(async () => {
    const credential = await signed(asked.passkey);
    if (credential) await prove("passkey", { credential });
  });
  return { methods, way, code, passkey, startAgain };
}

const choose = (of, method) => {
  of.code.problem.value = null;
  of.way.value = method;
};

export const SecondFactor = ({ of }) => html`
  <${Heading}>${say("second.title")}<//>
  <p>${say(`second.${of.way.value}.lead`)}</p>
  ${of.way.value === "passkey" && html`
    <${Button} kind="wide" job=${of.passkey} onClick=${of.passkey.run}>${say("second.passkey.go")}<//>
    <${Problem} of=${of.passkey.problem.value} />`}
  ${of.way.value === "totp" && html`
    <${Form} key="totp" job=${of.code}>
      <${CodeField} label=${say("second.totp.code")} autofocus />
      <${Submit} job=${of.code}>${say("sign-in.go")}<//>
    <//>`}
  ${of.way.value === "recovery-code" && html`
    <${Form} key="recovery" job=${of.code}>
      <${Field} name="code" label=${say("second.recovery-code.code")} hint=${say("second.recovery-code.hint")} autocomplete="off" autocapitalize="characters" spellcheck="false" required />
      <${Submit} job=${of.code}>${say("sign-in.go")}<//>
    <//>`}
  <ul class="ways" aria-label=${say("second.other")}>
    ${of.methods.filter((one) => one !== of.way.value).map((one) => html`
      <li key=${one}><button type="button" class="plain" onClick=${() => choose(of, one)}>${say(`second.${one}.name`)}</button></li>`)}
    <li><button type="button" class="plain" onClick=${of.startAgain}>${say("second.again")}</button></li>
  </ul>
`;
