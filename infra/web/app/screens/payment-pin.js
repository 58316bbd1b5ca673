/** The payment PIN: six digits before large or unusual payments. */
import { large, me } from "/app/me.js";
import { Password, hidden } from "/app/password.js";
import { Settled, Titled, changed, settling } from "/app/security.js";
import { say } from "/shared/language.js";
import { Field, Form, Shown, Submit, Trouble, announce, job, wrong } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = { person: me(), devices: settling(), show: hidden(), forgotten: signal(false) };
  of.set = job(async ({ again, ...fields }) => {
    if (fields.pin !== again) throw new Trouble("pin.unequal");
    await call("PUT", "/v1/me/payment-pin", { body: fields });
    await changed();
    announce(say("pin.set"), true);
    go("/security");
  });
  return { title: () => say("pin.title"), view: () => html`<${PaymentPin} ...${of} />` };
}

const PaymentPin = ({ person, devices, ...of }) => html`
  <${Titled} title=${say("pin.title")}>${say("pin.why")}<//>
  <${Above} amount=${large(person, "step_up_above")} />
  <${Shown} of=${person}>${({ ways }) => html`<${Settled} of=${devices} ways=${ways}><${SetPin} known=${ways.includes("pin")} ...${of} /><//>`}<//>
`;

const Above = ({ amount }) => amount && html`<p>${say("pin.above", { amount })}</p>`;

const digits = { type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "6", required: true };

function SetPin({ known, set, show, forgotten }) {
  const problem = set.problem.value;
  const byPin = known && !forgotten.value;
  return html`
    ${known && html`<p class="good">${say("pin.on")}</p>`}
    <${Form} key="pin" job=${set}>
      ${byPin
        ? html`<${Field} key="current" name="current_pin" label=${say("pin.current")} problem=${wrong(problem, "current_pin")} ...${digits} />`
        : html`<${Password} key="password" of=${show} label=${say("proof.password")} problem=${wrong(problem, "password")} autocomplete="current-password" />`}
      ${known && html`<button type="button" class="plain other" onClick=${() => (forgotten.value = !forgotten.value)}>${say(byPin ? "pin.forgotten" : "pin.remembered")}</button>`}
      <${Field} name="pin" label=${say("pin.new")} hint=${say("pin.hint")} problem=${wrong(problem, "pin")} ...${digits} />
      <${Field} name="again" label=${say("pin.again")} problem=${problem?.key === "pin.unequal" ? say("pin.unequal.title") : ""} ...${digits} />
      <${Submit} job=${set}>${say(known ? "pin.change" : "pin.go")}<//>
    <//>
  `;
}
