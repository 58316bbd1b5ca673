/** Being told of incidents and maintenance by e-mail: an address, and a link that proves it. */
import { good, send } from "/shared/door.js";
import { language, say } from "/shared/language.js";
import { Field, Form, job, Submit, wrong } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

const done = signal(false);
const ask = job(async ({ email }) => {
  good(await send("POST", "/v1/status/subscriptions", { body: { email: email.trim(), language: language.value } }));
  done.value = true;
});

export const Subscribe = () => html`
  <section class="card subscribe">
    <h2>${say("board.subscribe")}</h2>
    <p>${say("board.subscribe-what")}</p>
    ${done.value
      ? html`<p class="good" role="status">${say("board.subscribe-sent")}</p>`
      : html`<${Form} job=${ask}>
          <${Field} name="email" type="email" autocomplete="email" inputmode="email" maxlength="254" label=${say("board.email")} problem=${wrong(ask.problem.value, "email")} required />
          <${Submit} job=${ask}>${say("board.subscribe-go")}<//>
        <//>`}
  </section>
`;
