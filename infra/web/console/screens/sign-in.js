/** The operators' door: password, then a second factor; nobody is appointed who has none. */
import { good, insist, Refused } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Field, Form, Heading, job } from "/shared/parts.js";
import { deviceToken, ended, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  /** {step: password or factor, and what the step needs} */
  const at = signal({ step: "password" });
  const password = job(async ({ identifier, password: typed }) => {
    const answer = good(await insist("POST", "/v1/sessions", { body: { identifier, password: typed, device_token: deviceToken() } }));
    if (answer.challenge) at.value = { step: "factor", ...answer, method: answer.methods.includes("totp") ? "totp" : answer.methods[0] };
    else await begun(answer);
  });
  const factor = job(async ({ code }) => {
    const { challenge, method } = at.value;
    const body = { challenge, method, code: code.trim(), device_token: deviceToken() };
    await begun(good(await insist("POST", "/v1/sessions/second-factor", { body })));
  });
  return { title: () => say("console.enter.title"), view: () => html`<section class="door card"><${STEPS[at.value.step]} at=${at} password=${password} factor=${factor} /></section>` };
}

/** In, if these tokens are an operator's. */
async function begun(tokens) {
  const answer = await insist("GET", "/v1/me/permissions", { token: tokens.access_token });
  if (answer.status < 400) return enter(tokens);
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

const STEPS = { password: Password, factor: Factor };
const arrive = () => document.getElementById("code")?.focus();
