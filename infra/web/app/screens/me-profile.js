/** My name, and the language that the app and every message speak to me. */
import { me } from "/app/me.js";
import { LANGUAGES, NATIVE, choose, language, say } from "/shared/language.js";
import { Field, Form, Heading, Shown, Up, announce, job, wrong } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const mine = me();
  const saving = job(async ({ display_name, locale }) => {
    await call("PATCH", "/v1/me", { body: { display_name, locale } });
    choose(locale);
    void lookAgain("/v1/me");
    announce(say("profile.saved"));
  });
  return { title: () => say("me.profile"), view: () => html`<${Profile} mine=${mine} saving=${saving} />` };
}

const Profile = ({ mine, saving }) => html`
  <${Up} path="/me">${say("app.tab.person")}<//>
  <${Heading}>${say("me.profile")}<//>
  <${Shown} of=${mine}>${(person) => html`
    <${Form} job=${saving}>
      <${Field} name="display_name" label=${say("profile.name")} defaultValue=${person.display_name} autocomplete="name" maxlength="80" hint=${say("profile.name-hint")} problem=${wrong(saving.problem.value, "display_name")} required />
      <label class="field" for="locale">
        <span>${say("profile.language")}</span>
        <select id="locale" name="locale">${LANGUAGES.map((one) => html`<option value=${one} selected=${one === language.value}>${NATIVE[one]}</option>`)}</select>
        <small>${say("profile.language-hint")}</small>
      </label>
      <button aria-busy=${saving.busy.value ? "true" : undefined}>${say("shared.save")}</button>
    <//>`}<//>
`;
