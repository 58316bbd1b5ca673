/** The operators' door: password, then a second factor; whoever has none yet sets one up before anything else. */
import { good, insist, Refused } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Field, Form, Heading, job } from "/shared/parts.js";
import { deviceToken, ended, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  /** {step: password, factor or enrol, and what the step needs} */
  const at = signal({ step: "password" });
  const password = job(async ({ identifier, password: typed }) => {
    const answer = good(await insist("POST", "/v1/sessions", { body: { identifier, password: typed, device_token: deviceToken() } }));
    if (answer.challenge) at.value = { step: "factor", ...answer, method: answer.methods.includes("totp") ? "totp" : answer.methods[0] };
    else await begun(answer, typed, at);
  });
  const factor = job(async ({ code }) => {
    const { challenge, method } = at.value;
    const body = { challenge, method, code: code.trim(), device_token: deviceToken() };
    await begun(good(await insist("POST", "/v1/sessions/second-factor", { body })), null, at);
  });
  const enrol = job(async ({ code }) => {
    const { tokens } = at.value;
    good(await insist("POST", "/v1/me/totp/confirm", { token: tokens.access_token, body: { code: code.trim() } }));
    const renewed = good(await insist("POST", "/v1/sessions/refresh", { body: { refresh_token: tokens.refresh_token } }));
    enter({ ...tokens, ...renewed });
  });
  return { title: () => say("console.enter.title"), view: () => html`<section class="door card"><${STEPS[at.value.step]} at=${at} password=${password} factor=${factor} enrol=${enrol} /></section>` };
}

/** In, if these tokens are an operator's with a second factor; otherwise to where they get one. */
async function begun(tokens, password, at) {
  const answer = await insist("GET", "/v1/me/permissions", { token: tokens.access_token });
  if (answer.status < 400) return enter(tokens);
  if (answer.body?.code === "second-factor-required") {
    const made = good(await insist("POST", "/v1/me/totp", { token: tokens.access_token, body: { password } }));
    at.value = { step: "enrol", tokens, ...made };
    return;
  }
  await insist("DELETE", "/v1/sessions/current", { token: tokens.access_token });
  throw new Refused(answer);
}

const Password = ({ password }) => html`
  <${Heading}>${say("console.enter.title")}<//>
  ${ended.value && html`<p class="note" role="status">${say(`console.enter.${ended.value}`)}</p>`}
  <${Form} job=${password}>
    <${Field} name="identifier" label=${say("console.enter.identifier")} autocomplete="username" inputmode="email" autocapitalize="none" required />
    <${Field} name="password" label=${say("console.enter.password")} type="password" autocomplete="current-password" required />
    <button aria-busy=${password.busy.value ? "true" : undefined}>${say("console.enter.go")}</button>
  <//>
`;

const Factor = ({ at, factor }) => html`
  <${Heading}>${say("console.enter.factor")}<//>
  <${Form} job=${factor}>
    <${Field} key=${at.value.method} name="code" label=${say(`console.enter.${at.value.method}`)} autocomplete="one-time-code" inputmode=${at.value.method === "totp" ? "numeric" : "text"} ref=${arrive} required />
    <button aria-busy=${factor.busy.value ? "true" : undefined}>${say("console.enter.go")}</button>
  <//>
  ${at.value.methods.filter((one) => one !== at.value.method && one !== "passkey").map((one) => html`
    <button key=${one} type="button" class="plain" onClick=${() => (at.value = { ...at.value, method: one })}>${say(`console.enter.use-${one}`)}</button>`)}
`;

const Enrol = ({ at, enrol }) => html`
  <${Heading}>${say("console.enter.enrol")}<//>
  <p>${say("console.enter.enrol-why")}</p>
  <canvas class="qr" role="img" aria-label=${say("console.enter.qr")} ref=${(canvas) => canvas && draw(canvas, at.value.uri)} />
  <p>${say("console.enter.secret")} <code class="id">${at.value.secret}</code></p>
  <${Form} job=${enrol}>
    <${Field} name="code" label=${say("console.enter.totp")} autocomplete="one-time-code" inputmode="numeric" required />
    <button aria-busy=${enrol.busy.value ? "true" : undefined}>${say("console.enter.go")}</button>
  <//>
`;

const STEPS = { password: Password, factor: Factor, enrol: Enrol };
const arrive = () => document.getElementById("code")?.focus();

async function draw(canvas, uri) {
  const { generate } = await import("/packages/lean-qr/index.mjs");
  generate(uri).toCanvas(canvas, { on: [0, 0, 0, 255], off: [255, 255, 255, 255] });
}
