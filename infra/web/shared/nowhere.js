/** An address that leads to no screen. */
import { say } from "/shared/language.js";
import { Heading } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const open = () => ({ title: () => say("nowhere.title"), view: Nowhere });

const Nowhere = () => html`
  <${Heading}>${say("nowhere.title")}<//>
  <p>${say("nowhere.why")}</p>
  <p><a class="button main" href="#/">${say("shared.home")}</a></p>
`;
