/** Stepping up (`POST /v1/me/step-up`): a dialog that asks for the PIN, a passkey or an authenticator's code. */
import { Button, Dialog, Field, Form, Problem, job } from "/shared/parts.js";
import { say } from "/shared/language.js";
import { signed } from "/shared/passkeys.js";
import { call, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const asked = signal(null);

/** Shows the dialog; → whether the proof was given. */
export const proved = (methods) => new Promise((resolve) => ask(methods, resolve));

function ask(methods, resolve) {
  for (const one of [byPin, byCode, byPasskey]) one.problem.value = null;
  asked.value = { methods, resolve };
}

const done = (whether) => {
  asked.peek()?.resolve(whether);
  asked.value = null;
};

async function stepUp(body) {
  enter(await call("POST", "/v1/me/step-up", { body, patient: false }));
  done(true);
}

const byPin = job(({ pin }) => stepUp({ method: "pin", pin }));
const byCode = job(({ code }) => stepUp({ method: "totp", code }));
const byPasskey = job(async () => {
  const { options } = await call("POST", "/v1/me/step-up/options");
  const credential = await signed(options);
  if (credential) await stepUp({ method: "passkey", credential });
});

export function Prove() {
  if (!asked.value) return null;
  const { methods } = asked.value;
  return html`
    <${Dialog} title=${say("prove.title")} onClose=${() => done(false)}>
      <p>${say("prove.why")}</p>
      ${methods.includes("passkey") && html`<${Button} job=${byPasskey} onClick=${byPasskey.run}>${say("prove.passkey")}<//><${Problem} of=${byPasskey.problem.value} />`}
      ${methods.includes("pin") && html`
        <${Form} job=${byPin}>
          <${Field} name="pin" id="prove-pin" label=${say("prove.pin")} type="password" inputmode="numeric" autocomplete="off" required />
          <button>${say("prove.confirm")}</button>
        <//>`}
      ${methods.includes("totp") && html`
        <${Form} job=${byCode}>
          <${Field} name="code" id="prove-code" label=${say("prove.code")} inputmode="numeric" autocomplete="one-time-code" required />
          <button>${say("prove.confirm")}</button>
        <//>`}
      ${methods.length === 0 && html`<p>${say("prove.none")} <a href="#/security" onClick=${() => done(false)}>${say("prove.security")}</a></p>`}
      <button type="button" class="secondary" onClick=${() => done(false)}>${say("shared.cancel")}</button>
    <//>
  `;
}
