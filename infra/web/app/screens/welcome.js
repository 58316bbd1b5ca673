/** Before anybody signs in: what this is, and the two ways on. */
import { say } from "/shared/language.js";
import { Heading } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const open = () => ({ title: () => say("welcome.title"), view: Welcome });

const Welcome = () => html`
  <${Heading}>${say("welcome.title")}<//>
  <p>${say("welcome.lead")}</p>
  <p><a class="button" href="#/sign-up">${say("welcome.sign-up")}</a></p>
  <p><a class="button secondary" href="#/sign-in">${say("welcome.sign-in")}</a></p>
`;
