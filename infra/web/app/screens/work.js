/** Where I work, and where I am asked to: an invitation is accepted with the code that came with it. */
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Empty, Field, Form, Shown, Submit, announce, job, wrong } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const ROLES = "/v1/me/staff-roles";

export function open() {
  const mine = see(ROLES);
  const jobs = new Map();
  const acceptOf = (role) => {
    if (!jobs.has(role.id)) jobs.set(role.id, job(async ({ code }) => {
      await call("POST", `${ROLES}/${role.id}/accept`, { body: { code } });
      await lookAgain(ROLES);
      announce(say("work.accepted", { shop: role.merchant_name }));
    }));
    return jobs.get(role.id);
  };
  return { title: () => say("work.title"), view: () => html`<${Work} mine=${mine} acceptOf=${acceptOf} />` };
}

const Work = ({ mine, acceptOf }) => html`
  <${Titled} title=${say("work.title")}>${say("work.why")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => html`
    ${data.length === 0 && html`<${Empty}>${say("work.none")}<//>`}
    ${data.map((role) => html`<${Role} key=${role.id} role=${role} accept=${acceptOf(role)} />`)}`}<//>
`;

const Role = ({ role, accept }) => html`
  <section class="card" aria-labelledby=${`role-${role.id}`}>
    <h2 id=${`role-${role.id}`}>${role.merchant_name}</h2>
    <p>${say(`work.${role.role}`)}</p>
    ${role.status === "invited"
      ? html`
        <p>${say("work.asked")}</p>
        <${Form} job=${accept}>
          <${Field} name="code" label=${say("work.code")} inputmode="numeric" autocomplete="one-time-code" maxlength="6" problem=${wrong(accept.problem.value, "code")} required />
          <${Submit} job=${accept}>${say("work.accept")}<//>
        <//>`
      : html`<p class="good">${say("work.active")}</p>`}
  </section>
`;
