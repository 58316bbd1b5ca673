/** The operators' door: password, then a second factor, or a passkey alone; nobody is appointed who has none. */
import { good, insist, Refused } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Heading, job, Problem } from "/shared/parts.js";
import { passkeysHere, signed } from "/shared/passkeys.js";
import { deviceToken, ended, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const ask = async (path, body) => good(await insist("POST", path, { body }));

export function open() {
  /** {step: password or factor, and what the step needs} */
  const at = signal({ step: "password" });
  const password = job(async ({ identifier, password: typed }) => {
    const answer = await ask("/v1/sessions", { identifier, password: typed, device_token: deviceToken() });
    if (answer.challenge) at.value = factorOf(answer);
    else await begun(answer);
  });
  const prove = async (proof) =>
    begun(await ask("/v1/sessions/second-factor", { challenge: at.value.challenge, method: at.value.method, ...proof, device_token: deviceToken() }));
  const factor = job(({ code }) => prove({ code: code.trim() }));
  const second = job(async () => {
    const credential = await signed(at.value.passkey);
    if (credential) await prove({ credential });
  });
  const passkey = job(async () => {
    const credential = await signed((await ask("/v1/sessions/passkey/options")).options);
    if (credential) await begun(await ask("/v1/sessions/passkey", { credential, device_token: deviceToken() }));
  });
  const of = { at, password, factor, second, passkey };
  return { title: () => say("console.enter.title"), view: () => html`<section class="door card"><${STEPS[at.value.step]} ...${of} /></section>` };
}

/** What the challenge can be met with here, an authenticator first. */
function factorOf(asked) {
  const methods = asked.methods.filter((one) => one !== "passkey" || passkeysHere());
  return { ...asked, step: "factor", methods, method: methods.find((one) => one === "totp") ?? methods[0] };
}

/** In, if these tokens are an operator's. */
async function begun(tokens) {
  const answer = await insist("GET", "/v1/me/permissions", { token: tokens.access_token });
  if (answer.status < 400) return enter(tokens);
  await insist("DELETE", "/v1/sessions/current", { token: tokens.access_token });
  throw new Refused(answer);
}

const Password = ({ password, passkey }) => html`
  <${Heading}>${say("console.enter.title")}<//>
  ${ended.value && html`<p class="note" role="status">${say(`console.enter.${ended.value}`)}</p>`}
  <${Form} job=${password}>
    <${Field} name="identifier" label=${say("console.enter.identifier")} autocomplete="username" inputmode="email" autocapitalize="none" required />
    <${Field} name="password" label=${say("console.enter.password")} type="password" autocomplete="current-password" required />
    <button aria-busy=${password.busy.value ? "true" : undefined}>${say("console.enter.go")}</button>
  <//>
  ${passkeysHere() && html`<${Passkey} job=${passkey} />`}
`;

const Factor = ({ at, factor, second }) => html`
  <${Heading}>${say("console.enter.factor")}<//>
  ${at.value.method === "passkey" ? html`<${Passkey} job=${second} />` : html`<${Code} at=${at} factor=${factor} />`}
  ${at.value.methods.filter((one) => one !== at.value.method).map((one) => html`
    <button key=${one} type="button" class="plain" onClick=${() => (at.value = { ...at.value, method: one })}>${say(`console.enter.use-${one}`)}</button>`)}
`;

const Code = ({ at, factor }) => html`
  <${Form} job=${factor}>
    <${Field} key=${at.value.method} name="code" label=${say(`console.enter.${at.value.method}`)} autocomplete="one-time-code" inputmode=${at.value.method === "totp" ? "numeric" : "text"} ref=${arrive} required />
    <button aria-busy=${factor.busy.value ? "true" : undefined}>${say("console.enter.go")}</button>
  <//>
`;

const Passkey = ({ job }) => html`
  <${Button} kind="secondary" job=${job} onClick=${job.run}>${say("console.enter.use-passkey")}<//>
  <${Problem} of=${job.problem.value} />
`;

const STEPS = { password: Password, factor: Factor };
const arrive = () => document.getElementById("code")?.focus();
