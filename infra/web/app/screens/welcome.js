/** Before anybody signs in: what this is, the two ways on, and larger letters for whoever wants them. */
import { chooseMode, mode } from "/app/me.js";
import { say } from "/shared/language.js";
import { Button, Heading, Problem, job } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const change = job(() => chooseMode(mode.peek() === "easy" ? "standard" : "easy"));
  return { title: () => say("welcome.title"), view: () => html`<${Welcome} change=${change} />` };
}

const Welcome = ({ change }) => html`
  <${Heading}>${say("welcome.title")}<//>
  <p>${say("welcome.lead")}</p>
  <p><a class="button wide" href="#/sign-up">${say("welcome.sign-up")}</a></p>
  <p><a class="button secondary wide" href="#/sign-in">${say("welcome.sign-in")}</a></p>
  <section class="card easy" aria-labelledby="easy-title">
    <h2 id="easy-title">${say("welcome.easy")}</h2>
    <p>${say(mode.value === "easy" ? "welcome.easy-on" : "welcome.easy-about")}</p>
    <${Button} kind="secondary wide" job=${change} aria-pressed=${mode.value === "easy"} onClick=${change.run}>${say(mode.value === "easy" ? "welcome.easy-off" : "welcome.easy-go")}<//>
    <${Problem} of=${change.problem.value} />
  </section>
`;
