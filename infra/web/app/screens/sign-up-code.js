/** The code that was sent to a new name: with it, straight into the wallet. */
import { Again, CodeField, again } from "/app/code-field.js";
import { wrongField } from "/app/entering.js";
import { askAgain, join, joining, mayAskAgain } from "/app/signing-up.js";
import { say } from "/shared/language.js";
import { Form, Heading, Submit, job } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html } from "/shared/ui.js";

export function open() {
  const title = () => say("sign-up-code.title");
  const { identifier, sent } = joining() ?? {};
  if (!identifier) return goInstead("/sign-up"), { title, view: () => null };
  const prove = job(({ code }) => join(code));
  const more = again(askAgain, sent);
  return { title, view: () => html`<${SignUpCode} identifier=${identifier} prove=${prove} more=${more} />`, close: more.close };
}

const SignUpCode = ({ identifier, prove, more }) => html`
  <${Heading}>${say("sign-up-code.title")}<//>
  <p>${say("sign-up-code.lead", { identifier })}</p>
  <${Form} job=${prove}>
    <${CodeField} label=${say("code.label")} hint=${say("code.hint")} problem=${wrongField(prove.problem.value, "code")} autofocus />
    <${Submit} job=${prove}>${say("sign-up-code.go")}<//>
  <//>
  <ul class="ways" aria-label=${say("sign-in.other")}>
    <li>${mayAskAgain() ? html`<${Again} of=${more} />` : html`<a href="#/sign-up">${say("sign-up-code.anew")}</a>`}</li>
    <li><a href="#/sign-in">${say("sign-up.known")}</a></li>
  </ul>
  <p><small>${say("code.nothing-came")}</small></p>
`;
