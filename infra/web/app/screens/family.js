/** Who looks after my large payments, and whose I look after. */
import { approvals, guardian, waiting, wards } from "/app/family.js";
import { large, me, preferences } from "/app/me.js";
import { Row, Rows } from "/app/rows.js";
import { Sure, sure } from "/app/sure.js";
import { say, shownMoment } from "/shared/language.js";
import { Button, Empty, Field, Form, Heading, Problem, Shown, Up, announce, job, wrong } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { begin, complete } from "/shared/tasks.js";
import { html } from "/shared/ui.js";

export function open() {
  const family = { mine: me(), guardian: guardian(), wards: wards(), asked: approvals(), chosen: preferences() };
  const jobs = {
    ask: job(async ({ identifier }) => {
      await call("POST", "/v1/me/guardian", { body: { identifier } });
      complete("guardian");
      told("family.asked");
    }),
    leave: sure(() => change("DELETE", "/v1/me/guardian", "family.left")),
    accept: job((ward) => change("POST", `/v1/me/wards/${ward.id}/accept`, "family.accepted")),
    giveUp: sure((ward) => change("DELETE", `/v1/me/wards/${ward.id}`, "family.given-up")),
  };
  return { title: () => say("family.title"), view: () => html`<${Family} ...${family} jobs=${jobs} />` };
}

async function change(method, path, sentence) {
  await call(method, path);
  told(sentence);
}

function told(sentence) {
  void lookAgain("/v1/me/guardian", "/v1/me/wards", "/v1/me/preferences");
  announce(say(sentence));
}

const Family = ({ mine: person, guardian: mine, wards: others, asked, chosen, jobs }) => html`
  <${Up} path="/me">${say("app.tab.person")}<//>
  <${Heading}>${say("family.title")}<//>
  <p>${say("family.lead")}</p>
  ${waiting(asked).length > 0 && html`<${Rows}><${Row} path="/approvals" icon="clock" title=${say("approvals.title")} count=${waiting(asked).length} /><//>`}
  <h2>${say("family.mine")}</h2>
  <${Shown} of=${mine} lines=${2}>${(bond) => html`<${Mine} bond=${bond} easy=${chosen.value.data?.ui_mode === "easy"} above=${large(person, "guardian_above")} jobs=${jobs} />`}<//>
  <h2>${say("family.wards")}</h2>
  <${Shown} of=${others} lines=${2}>${({ data }) => html`
    ${data.length === 0 && html`<${Empty}>${say("family.no-wards")}<//>`}
    ${data.map((ward) => html`<${Ward} key=${ward.id} ward=${ward} jobs=${jobs} />`)}
    <${Problem} of=${jobs.accept.problem.value} />`}<//>
  ${waiting(asked).length === 0 && html`<p><a href="#/approvals">${say("approvals.title")}</a></p>`}
  <${Sure} of=${jobs.leave} title=${say("family.leave")} go=${say("family.leave")}>${say("family.leave-means")}<//>
  <${Sure} of=${jobs.giveUp} title=${say("family.give-up")} go=${say("family.give-up")}>${say("family.give-up-means")}<//>
`;

const Above = ({ amount }) => amount && html`<p>${say("family.above", { amount })}</p>`;

function Mine({ bond, easy, above, jobs }) {
  if (bond.status === "none") return easy ? html`<${Above} amount=${above} /><${Ask} ask=${jobs.ask} />` : html`<div class="card"><p>${say("family.easy-only")}</p><p><a href="#/me/mode">${say("family.to-easy")}</a></p></div>`;
  const name = bond.display_name || bond.identifier;
  return html`
    <div class="card">
      <p><strong>${name}</strong><small>${bond.identifier}</small></p>
      <p>${say(`family.mine.${bond.status}`, { name, at: bond.leaves_at ? shownMoment(bond.leaves_at) : "" })}</p>
      <${Above} amount=${above} />
      <p><strong>${say("family.sees")}</strong> ${say("family.sees-what")}</p>
      ${bond.status === "leaving"
        ? html`<small>${say("family.keep")}</small>`
        : html`<${Button} kind="secondary" onClick=${() => jobs.leave.ask()}>${say(bond.status === "asked" ? "family.take-back" : "family.leave")}<//>`}
    </div>
    ${bond.status === "leaving" && html`<${Ask} ask=${jobs.ask} />`}
  `;
}

const Ask = ({ ask }) => html`
  <${Form} job=${ask} class="card" onFocusIn=${() => begin("guardian")}>
    <p>${say("family.ask-lead")}</p>
    <${Field} name="identifier" label=${say("family.whom")} inputmode="email" autocapitalize="none" autocomplete="off" problem=${wrong(ask.problem.value, "identifier")} required />
    <button aria-busy=${ask.busy.value ? "true" : undefined}>${say("family.ask")}</button>
  <//>
`;

const Ward = ({ ward, jobs }) => html`
  <div class="card">
    <p><strong>${ward.display_name}</strong><small>${ward.identifier}</small></p>
    <p>${say(`family.ward.${ward.status}`, { name: ward.display_name })}</p>
    ${ward.status === "asked" && html`<p class="pair">
      <${Button} job=${jobs.accept} onClick=${() => jobs.accept.run(ward)}>${say("family.accept")}<//>
      <${Button} kind="secondary" onClick=${() => jobs.giveUp.ask(ward)}>${say("family.decline")}<//>
    </p>`}
    ${ward.status === "accepted" && html`<${Button} kind="secondary" onClick=${() => jobs.giveUp.ask(ward)}>${say("family.give-up")}<//>`}
  </div>
`;
