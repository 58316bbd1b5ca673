/** Where wallets are offered, as the policy pack says (`tests/tidy` compares), by the names of the reader's language. */
import { language, say } from "/shared/language.js";
import { About, Filled } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const COUNTRIES = ["AT", "CN", "DE", "ES", "FR", "GB", "HK", "IE", "IT", "JP", "NL", "SG", "US"];

/** Of the browser's language, if a wallet is offered there. */
const likely = () => navigator.languages.map((one) => one.split("-").at(-1)).find((one) => COUNTRIES.includes(one)) ?? "";

export function Country({ problem: found }) {
  const names = new Intl.DisplayNames(language.value, { type: "region" });
  const sorted = COUNTRIES.map((code) => ({ code, name: names.of(code) })).sort((one, other) => one.name.localeCompare(other.name, language.value));
  const guess = likely();
  return html`
    <${Filled} name="jurisdiction" problem=${found}>${(problem) => html`
      <label class="field" for="jurisdiction">
        <span>${say("sign-up.country")}</span>
        <select id="jurisdiction" name="jurisdiction" autocomplete="country" aria-describedby="jurisdiction-about" aria-invalid=${problem ? "true" : undefined} required>
          <option value="" selected=${!guess} disabled>${say("sign-up.choose")}</option>
          ${sorted.map(({ code, name }) => html`<option key=${code} value=${code} selected=${code === guess}>${name}</option>`)}
        </select>
        <${About} id="jurisdiction" hint=${say("sign-up.country-about")} problem=${problem} />
      </label>`}<//>
  `;
}
