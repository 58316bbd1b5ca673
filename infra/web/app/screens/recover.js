/** A forgotten password: where the code is to go. The answer is the same for a name that nobody has. */
import { wrongField } from "/app/entering.js";
import { askForCode } from "/app/recovering.js";
import { say } from "/shared/language.js";
import { Field, Form, Heading, Submit, job } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { html } from "/shared/ui.js";

export function open({ query }) {
  const send = job(async ({ identifier }) => {
    await askForCode(identifier.trim());
    go("/recover/code");
  });
  return { title: () => say("recover.title"), view: () => html`<${Recover} send=${send} name=${query.name ?? ""} />` };
}

const Recover = ({ send, name }) => html`
  <${Heading}>${say("recover.title")}<//>
  <p>${say("recover.lead")}</p>
  <${Form} job=${send}>
    <${Field} name="identifier" label=${say("sign-in.identifier")} defaultValue=${name} problem=${wrongField(send.problem.value, "identifier")} autocomplete="username" inputmode="email" autocapitalize="none" spellcheck="false" required />
    <${Submit} job=${send}>${say("recover.go")}<//>
  <//>
  <p class="ways"><a href="#/sign-in">${say("recover.back")}</a></p>
`;
