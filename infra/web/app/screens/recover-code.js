/** The code against a forgotten password, and the new password; what holds after it is said before and after. */
import { Again, CodeField, again } from "/app/code-field.js";
import { wrongField } from "/app/entering.js";
import { Password, hidden } from "/app/password.js";
import { askForCode, recovering, setPassword } from "/app/recovering.js";
import { Strength, strength } from "/app/strength.js";
import { say } from "/shared/language.js";
import { Form, Heading, Submit, job } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const title = () => say("recover-code.title");
  const { identifier, secret, sent } = recovering() ?? {};
  if (!identifier) return goInstead("/recover"), { title, view: () => null };
  const done = signal(false);
  const set = job(async ({ code, new_password }) => {
    await setPassword(code, new_password);
    done.value = true;
  });
  const more = again(() => askForCode(identifier, secret), sent);
  const of = { identifier, done, set, more, show: hidden(), measure: strength(() => [identifier]) };
  return { title, view: () => html`<${Recovery} ...${of} />`, close: more.close };
}

const Recovery = ({ done, ...rest }) => (done.value ? html`<${Done} ...${rest} />` : html`<${NewPassword} ...${rest} />`);

const NewPassword = ({ identifier, set, more, show, measure }) => html`
  <${Heading}>${say("recover-code.title")}<//>
  <p>${say("recover-code.lead", { identifier })}</p>
  <${Form} key="new" job=${set}>
    <${CodeField} at_once=${false} label=${say("code.label")} hint=${say("code.hint")} problem=${wrongField(set.problem.value, "code")} autofocus />
    <${Password} of=${show} name="new_password" label=${say("recover-code.password")} problem=${wrongField(set.problem.value, "new_password")} autocomplete="new-password" onInput=${measure.typed} />
    <${Strength} of=${measure.found} />
    <p><small>${say("recover-code.then")}</small></p>
    <${Submit} job=${set}>${say("recover-code.go")}<//>
  <//>
  <ul class="ways" aria-label=${say("sign-in.other")}>
    <li><${Again} of=${more} /></li>
    <li><a href="#/recover">${say("recover-code.other-name")}</a></li>
  </ul>
  <p><small>${say("code.nothing-came")}</small></p>
`;

const Done = ({ identifier }) => html`
  <${Heading}>${say("recover-done.title")}<//>
  <ul class="facts" role="status">
    <li>${say("recover-done.sessions")}</li>
    <li>${say("recover-done.cooling")}</li>
    <li>${say("recover-done.factor")}</li>
  </ul>
  <section class="note" aria-label=${say("education.phishing.title")}>
    <strong>${say("education.phishing.title")}</strong>
    <p>${say("education.phishing.body")}</p>
  </section>
  <p><a class="button wide" href=${`#/sign-in?name=${encodeURIComponent(identifier)}`}>${say("sign-in.go")}</a></p>
`;
