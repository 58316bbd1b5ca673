/** What fraudsters do, and what to do then; the same words that stand in our messages. */
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { html } from "/shared/ui.js";

const TOPICS = ["codes", "phishing", "new-payee", "qr-swap", "fake-support"];

export const open = () => ({ title: () => say("education.title"), view: Education });

const Education = () => html`
  <${Titled} title=${say("education.title")}>${say("education.why")}<//>
  ${TOPICS.map((topic) => html`
    <section class="card" key=${topic} aria-labelledby=${`topic-${topic}`}>
      <h2 id=${`topic-${topic}`}>${say(`education.${topic}.title`)}</h2>
      <p>${say(`education.${topic}.body`)}</p>
    </section>`)}
  <p><a class="button secondary wide" href="#/security/freeze">${say("education.happened")}</a></p>
`;
