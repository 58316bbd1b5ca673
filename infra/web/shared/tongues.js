/** The two languages, side by side, each in its own words. */
import { LANGUAGES, NATIVE, choose, language, say } from "/shared/language.js";
import { html } from "/shared/ui.js";

export const Tongues = () => html`
  <div class="languages" role="group" aria-label=${say("shared.language")}>
    ${LANGUAGES.map((one) => html`<button type="button" lang=${one === "zh" ? "zh-Hans" : one} aria-pressed=${one === language.value} onClick=${() => choose(one)}>${NATIVE[one]}</button>`)}
  </div>
`;
