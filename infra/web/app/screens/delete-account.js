/** Leaving: what stands in the way, what happens then, and thirty days to come back. */
import { wallets } from "/app/me.js";
import { Password, hidden } from "/app/password.js";
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Form, Money, Shown, Submit, job, wrong } from "/shared/parts.js";
import { call, leave } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const go = job(async ({ password }) => {
    await call("DELETE", "/v1/me", { body: { password } });
    leave("deleted");
  });
  const of = { mine: wallets(), show: hidden(), go };
  return { title: () => say("delete.title"), view: () => html`<${DeleteAccount} ...${of} />` };
}

const left = (one) => one.available !== 0 || one.held !== 0 || one.debt > 0;

const DeleteAccount = ({ mine, ...of }) => html`
  <${Titled} title=${say("delete.title")}>${say("delete.why")}<//>
  <${Shown} of=${mine}>${({ data }) => {
    if (data.some((one) => one.status === "frozen")) return html`<p class="note">${say("delete.frozen")} <a href="#/security/freeze">${say("freeze.see")}</a></p>`;
    return data.some(left) ? html`<${Blocked} mine=${data.filter(left)} />` : html`<${Go} ...${of} />`;
  }}<//>
`;

const Blocked = ({ mine }) => html`
  <section class="note">
    <p>${say("delete.left")}</p>
    <ul>${mine.map(({ id, available, held, debt, currency }) => html`
      <li key=${id}><${Money} amount=${available} currency=${currency} />${held > 0 && html`, ${say("delete.held")} <${Money} amount=${held} currency=${currency} />`}${debt > 0 && html`, ${say("delete.debt")} <${Money} amount=${debt} currency=${currency} />`}</li>`)}</ul>
    <p>${say("delete.spend")}</p>
  </section>
  ${mine.some((one) => one.available > 0) && html`<p><a class="button wide" href="#/withdraw">${say("home.withdraw")}</a></p>`}
  <p><a class="button secondary wide" href="#/">${say("delete.home")}</a></p>
`;

const Go = ({ go, show }) => html`
  <ul class="facts"><li>${say("delete.fact.back")}</li><li>${say("delete.fact.sessions")}</li><li>${say("delete.fact.erased")}</li></ul>
  <p><a href="#/security/export">${say("delete.export")}</a></p>
  <${Form} key="delete" job=${go}>
    <${Password} of=${show} label=${say("proof.password")} problem=${wrong(go.problem.value, "password")} autocomplete="current-password" />
    <${Submit} kind="danger" job=${go}>${say("delete.go")}<//>
  <//>
`;
