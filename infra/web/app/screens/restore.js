/** Having a deleted account back, within thirty days. */
import { ask, device, wrongField } from "/app/entering.js";
import { Password, hidden } from "/app/password.js";
import { SecondFactor, secondFactor } from "/app/second-factor.js";
import { say } from "/shared/language.js";
import { Field, Form, Heading, Submit, job } from "/shared/parts.js";
import { enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const second = signal(null);
  const restore = job(async ({ identifier, password }) => {
    const answer = await ask("/v1/users/restore", { identifier, password, ...device() });
    if (!answer.challenge) return enter(answer);
    second.value = secondFactor(answer, () => (second.value = null));
  });
  const of = { second, restore, show: hidden() };
  return { title: () => say("restore.title"), view: () => html`<${Restore} ...${of} />` };
}

const Restore = ({ second, ...rest }) => (second.value ? html`<${SecondFactor} of=${second.value} />` : html`<${First} ...${rest} />`);

const First = ({ restore, show }) => html`
  <${Heading}>${say("restore.title")}<//>
  <p>${say("restore.lead")}</p>
  <${Form} key="restore" job=${restore}>
    <${Field} name="identifier" label=${say("sign-in.identifier")} problem=${wrongField(restore.problem.value, "identifier")} autocomplete="username" inputmode="email" autocapitalize="none" spellcheck="false" required />
    <${Password} of=${show} label=${say("sign-in.password")} autocomplete="current-password" />
    <${Submit} job=${restore}>${say("restore.go")}<//>
  <//>
  ${restore.problem.value?.answer?.body?.code === "invalid-credentials" && html`<p class="note">${say("restore.stuck")}</p>`}
  <ul class="ways" aria-label=${say("sign-in.other")}>
    <li><a href="#/sign-in">${say("recover.back")}</a></li>
    <li><a href="#/sign-up">${say("restore.anew")}</a></li>
  </ul>
`;
