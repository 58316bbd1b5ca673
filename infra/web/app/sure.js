/** A second question before what cannot simply be taken back. */
import { say } from "/shared/language.js";
import { Button, Dialog, Problem, job } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

/** {ask(what), …}: `ask` shows the question, a yes runs `work(what)`; closed once it is done. */
export function sure(work) {
  const about = signal(null);
  const doing = job(async () => {
    await work(about.peek().what);
    about.value = null;
  });
  const ask = (what) => {
    doing.problem.value = null;
    about.value = { what };
  };
  return { about, doing, ask, forget: () => (about.value = null) };
}

export function Sure({ of: question, title, go, kind = "", children }) {
  if (!question.about.value) return null;
  return html`
    <${Dialog} title=${title} onClose=${question.forget}>
      <p>${children}</p>
      <${Problem} of=${question.doing.problem.value} />
      <${Button} kind=${kind} job=${question.doing} onClick=${question.doing.run}>${go}<//>
      <${Button} kind="secondary" onClick=${question.forget}>${say("shared.cancel")}<//>
    <//>
  `;
}
