/** Proving once more that it is them, before something about their access changes: a password, or a code instead. */
import { Password, hidden } from "/app/password.js";
import { say } from "/shared/language.js";
import { Field, wrong } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

export const proof = () => ({ by: signal("password"), show: hidden() });
/** As the API takes it, of the fields of a form. */
export const proofOf = ({ password, code }) => (code === undefined ? { password } : { code });

const OTHER = { password: "code", code: "password" };

/** `coded`: whether they have codes, of an authenticator or for recovery; `prefix`: of ids, in a dialog. */
export const Proof = ({ of: { by, show }, problem, coded, prefix = "" }) => html`
  ${by.value === "password"
    ? html`<${Password} key="password" id=${`${prefix}password`} of=${show} label=${say("proof.password")} problem=${wrong(problem, "password")} autocomplete="current-password" />`
    : html`<${Field} key="code" name="code" id=${`${prefix}code`} label=${say("proof.code")} hint=${say("proof.code-about")} problem=${wrong(problem, "code")} autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required />`}
  ${coded && html`<button type="button" class="plain other" onClick=${() => (by.value = OTHER[by.value])}>${say(`proof.by-${OTHER[by.value]}`)}</button>`}
`;
