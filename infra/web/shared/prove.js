/** Stepping up (`POST /v1/me/step-up`): a dialog that asks for the PIN, a passkey or an authenticator's code. */
import { Button, Dialog, Field, Form, Problem, Submit, job } from "/shared/parts.js";
import { say } from "/shared/language.js";
import { passkeysHere, signed } from "/shared/passkeys.js";
import { call, enter, newHere } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** The easiest and safest first. */
const WAYS = ["passkey", "pin", "totp"];
const asked = signal(null);

/** Shows the dialog; `wish()`: the sentence of what is confirmed, "" if there is none. → whether the proof was given. */
export const proved = (methods, wish) => new Promise((resolve) => ask(methods, wish, resolve));

/** Whoever goes back, or on, has not confirmed. */
addEventListener("hashchange", () => done(false));

/** What is shown is what is confirmed: whoever asked before has no answer any more. */
function ask(methods, wish, resolve) {
  done(false);
  for (const one of [byPin, byCode, byPasskey]) [one.problem.value, one.missing.value] = [null, []];
  const usable = (one) => methods.includes(one) && (one !== "passkey" || passkeysHere() || methods.length === 1);
  const ways = WAYS.filter(usable);
  asked.value = { ways, way: ways[0], wish, resolve };
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

function choose(way) {
  asked.value = { ...asked.peek(), way };
  requestAnimationFrame(() => document.querySelector("dialog :is(input, button)")?.focus());
}

export function Prove() {
  if (!asked.value) return null;
  const { ways, way, wish } = asked.value;
  return html`
    <${Dialog} title=${say("prove.title")} onClose=${() => done(false)}>
      ${wish() && html`<p><strong>${wish()}</strong></p>`}
      <p>${say("prove.why")}</p>
      ${way ? html`<${FORMS[way]} key=${way} />` : html`<${None} />`}
      ${ways.filter((one) => one !== way).map((one) => html`<button type="button" key=${one} class="plain" onClick=${() => choose(one)}>${say(`prove.by-${one}`)}</button>`)}
      <button type="button" class=${way ? "plain" : "secondary"} onClick=${() => done(false)}>${say("shared.cancel")}</button>
    <//>
  `;
}

const None = () => newHere.value
  ? html`<p>${say("prove.none-here")}</p>`
  : html`<p>${say("prove.none")} <a href="#/security" onClick=${() => done(false)}>${say("prove.security")}</a></p>`;

const FORMS = {
  passkey: () => html`<${Button} job=${byPasskey} onClick=${byPasskey.run}>${say("prove.passkey")}<//><${Problem} of=${byPasskey.problem.value} />`,
  pin: () => html`
    <${Form} job=${byPin}>
      <${Field} name="pin" id="prove-pin" label=${say("prove.pin")} type="password" inputmode="numeric" autocomplete="off" required />
      <${Submit} job=${byPin}>${say("prove.confirm")}<//>
    <//>`,
  totp: () => html`
    <${Form} job=${byCode}>
      <${Field} name="code" id="prove-code" label=${say("prove.code")} inputmode="numeric" autocomplete="one-time-code" required />
      <${Submit} job=${byCode}>${say("prove.confirm")}<//>
    <//>`,
};
