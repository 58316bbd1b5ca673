/** What a link in an e-mail leads to: one button. A link that a scanner opens does nothing by itself. */
import { good, send } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Button, Heading, job, Problem } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

/** `deed`: `confirm` or `end`. */
export function linked(deed, { id, code }) {
  const done = signal(false);
  const act = job(async () => {
    good(await send("POST", `/v1/status/subscriptions/${id}/${deed}`, { body: { code } }));
    done.value = true;
  });
  return { title: () => say(`board.${deed}`), view: () => html`<${Linked} deed=${deed} done=${done.value} act=${act} />` };
}

const Linked = ({ deed, done, act }) => html`
  <${Heading}>${say(`board.${deed}`)}<//>
  ${done
    ? html`<p class="good" role="status">${say(`board.${deed}-done`)}</p>`
    : html`<p>${say(`board.${deed}-what`)}</p><${Problem} of=${act.problem.value} /><p><${Button} job=${act} onClick=${act.run}>${say(`board.${deed}-go`)}<//></p>`}
  <p><a href="#/">${say("board.to-name")}</a></p>
`;
