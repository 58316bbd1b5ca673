/** Opening a wallet: who, how to reach them, where, and what they agree to. Nothing is ticked beforehand. */
import { Consent, documents, needed } from "/app/consents.js";
import { Country } from "/app/countries.js";
import { wrongField } from "/app/entering.js";
import { Password, hidden } from "/app/password.js";
import { askToJoin } from "/app/signing-up.js";
import { Strength, strength } from "/app/strength.js";
import { LANGUAGES, NATIVE, choose, language, say } from "/shared/language.js";
import { Field, Form, Heading, Shown, Submit, Trouble, job } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { html } from "/shared/ui.js";

export function open() {
  const papers = documents();
  const measure = strength(() => ["identifier", "display_name"].map((name) => document.getElementById(name).value));
  const send = job(async (fields) => {
    const given = papers.of.peek().data?.filter((one) => fields[one.document]) ?? [];
    if (!papers.of.peek().data?.filter(needed).every((one) => fields[one.document])) throw new Trouble("sign-up.unagreed");
    const { identifier, password, display_name, jurisdiction = "" } = fields;
    const consents = given.map(({ document: name, version }) => ({ document: name, version }));
    await askToJoin({ identifier: identifier.trim(), password, display_name, jurisdiction, locale: language.peek(), consents });
    go("/sign-up/code");
  });
  const of = { send, measure, papers: papers.of, show: hidden() };
  return { title: () => say("sign-up.title"), view: () => html`<${SignUp} ...${of} />`, close: papers.close };
}

const SignUp = ({ send, measure, papers, show }) => {
  const problem = send.problem.value;
  return html`
    <${Heading}>${say("sign-up.title")}<//>
    <p>${say("sign-up.lead")}</p>
    <${Form} job=${send}>
      <${Field} name="display_name" label=${say("sign-up.name")} hint=${say("sign-up.name-about")} problem=${wrongField(problem, "display_name")} autocomplete="name" maxlength="64" required />
      <${Field} name="identifier" label=${say("sign-in.identifier")} hint=${say("sign-up.identifier-about")} problem=${wrongField(problem, "identifier")} autocomplete="username" inputmode="email" autocapitalize="none" spellcheck="false" maxlength="254" required />
      <${Password} of=${show} label=${say("sign-up.password")} problem=${wrongField(problem, "password")} autocomplete="new-password" onInput=${measure.typed} />
      <${Strength} of=${measure.found} />
      <${Tongue} />
      <${Country} problem=${wrongField(problem, "jurisdiction")} />
      <fieldset class="consents">
        <legend>${say("sign-up.agree")}</legend>
        <${Shown} of=${papers}>${(found) => html`<ul>${found.map((one) => html`<${Consent} key=${one.document} document=${phrased(one)} required=${needed(one)} />`)}</ul>`}<//>
      </fieldset>
      <${Submit} job=${send}>${say("sign-up.go")}<//>
    <//>
    <p class="ways"><a href="#/sign-in">${say("sign-up.known")}</a></p>
  `;
};

const phrased = (one) => ({ ...one, agree: say(needed(one) ? "sign-up.consent" : "sign-up.consent-optional", one) });

const Tongue = () => html`
  <label class="field" for="locale">
    <span>${say("sign-up.language")}</span>
    <select id="locale" onChange=${(event) => choose(event.target.value)}>
      ${LANGUAGES.map((one) => html`<option key=${one} value=${one} selected=${one === language.value}>${NATIVE[one]}</option>`)}
    </select>
  </label>
`;
