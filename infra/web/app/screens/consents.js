/** What I agreed to, in which version and when; what is voluntary can be taken back here. */
import { documents, needed } from "/app/consents.js";
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Problem, Shown, When, announce, job } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const papers = documents();
  const mine = see("/v1/me/consents?limit=100");
  const answer = job(async ({ document: name, version }, given) => {
    await call("POST", "/v1/me/consents", { body: { document: name, version, given } });
    await lookAgain("/v1/me/consents");
    announce(say(given ? "consents.given" : "consents.taken-back"));
  });
  const view = () => html`<${Consents} papers=${papers.of} mine=${mine} answer=${answer} />`;
  return { title: () => say("consents.title"), view, close: papers.close };
}

const Consents = ({ papers, mine, answer }) => html`
  <${Titled} title=${say("consents.title")}>${say("consents.why")}<//>
  <${Problem} of=${answer.problem.value} />
  <${Shown} of=${papers}>${(all) => html`
    <${Shown} of=${mine}>${({ data }) => all.map((one) => html`<${Paper} key=${one.document} one=${one} last=${data.find((said) => said.document === one.document)} answer=${answer} />`)}<//>`}<//>
`;

function Paper({ one, last, answer }) {
  const given = last?.given ?? false;
  return html`
    <section class="card" aria-labelledby=${`paper-${one.document}`}>
      <h2 id=${`paper-${one.document}`}>${one.title} <small>${one.version}</small></h2>
      <p>${one.summary}</p>
      <p><small>${last ? html`${say(given ? "consents.since" : "consents.back-since", { version: last.version })} <${When} at=${last.at} />` : say("consents.never")}</small></p>
      ${!given && html`<${Button} kind="secondary" job=${answer} aria-label=${say("consents.agree-one", one)} onClick=${() => answer.run(one, true)}>${say("consents.agree")}<//>`}
      ${given && !needed(one) && html`<${Button} kind="secondary" job=${answer} aria-label=${say("consents.take-back-one", one)} onClick=${() => answer.run(last, false)}>${say("consents.take-back")}<//>`}
      ${given && needed(one) && html`<p><small>${say("consents.needed")} <a href="#/security/delete">${say("delete.title")}</a></small></p>`}
    </section>
  `;
}
