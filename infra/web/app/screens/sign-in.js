/** Signing in with a password; a second factor is asked for where one is on. */
import { good, insist } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Field, Form, Heading, job } from "/shared/parts.js";
import { deviceToken, ended, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const asked = signal(null);
  const password = job(async ({ identifier, password }) => {
    const body = { identifier, password, device_name: deviceName(), device_token: deviceToken() };
    const answer = good(await insist("POST", "/v1/sessions", { body }));
    if (answer.challenge) asked.value = answer;
    else enter(answer);
  });
  return { title: () => say("sign-in.title"), view: () => html`<${SignIn} password=${password} asked=${asked} />` };
}

const SignIn = ({ password }) => html`
  <${Heading}>${say("sign-in.title")}<//>
  ${ended.value && html`<p class="note" role="status">${say(`sign-in.${ended.value}`)}</p>`}
  <${Form} job=${password}>
    <${Field} name="identifier" label=${say("sign-in.identifier")} autocomplete="username" inputmode="email" autocapitalize="none" required />
    <${Field} name="password" label=${say("sign-in.password")} type="password" autocomplete="current-password" required />
    <button aria-busy=${password.busy.value ? "true" : undefined}>${say("sign-in.go")}</button>
  <//>
`;

/** `Chrome · Android`, as far as the browser says. */
const deviceName = () => [navigator.userAgentData?.brands?.at(-1)?.brand, navigator.userAgentData?.platform].filter(Boolean).join(" · ") || undefined;
