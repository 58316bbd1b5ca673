/** Answering a page by the link that came with it: nobody has to sign in at night. What is in the link is asked for nothing else. */
import { Facts, what } from "/console/show.js";
import { good, insist } from "/shared/door.js";
import { language, say, shownMoment } from "/shared/language.js";
import { Heading, job, Problem } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

export function open({ params: { id, code } }) {
  const answered = signal(null);
  const answer = job(async () => void (answered.value = good(await insist("POST", `/v1/pages/${id}/acknowledge`, { body: { code } }))));
  return { title: () => say("console.page"), view: () => html`<${Heading}>${say("console.page")}<//>${answered.value ? html`<${Answered} ...${answered.value} />` : html`<${Ask} answer=${answer} />`}` };
}

const Ask = ({ answer }) => html`
  <p>${say("console.page-what")}</p>
  <${Problem} of=${answer.problem.value} />
  <p class="deeds"><button type="button" disabled=${answer.busy.value} onClick=${answer.run}>${say("console.page-take")}</button></p>
`;

const Answered = ({ incident_id, title, severity, state, alarm, runbook, began_at, acknowledged_at }) => html`
  <p role="status">${say("console.page-taken", { at: shownMoment(acknowledged_at) })}</p>
  <h2>${title[language.value]}</h2>
  <${Facts} of=${[["severity", what(severity)], ["state", say(`console.state.${state}`)], ["alarm", alarm], ["runbook", runbook && html`<code>infra/runbooks/${runbook}.md</code>`], ["starts_at", shownMoment(began_at)]]} />
  <p><a href=${`#/incidents/${incident_id}`}>${say("console.page-on")}</a></p>
`;
