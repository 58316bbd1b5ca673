/** One case: what it is about, by when, and whose it is. */
import { may } from "/console/may.js";
import { resolve } from "/console/screens/cases.js";
import { Facts, Id, Moment, State, what } from "/console/show.js";
import { say } from "/shared/language.js";
import { Button, Heading, job, Problem, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const found = see(`/v1/cases/${id}`);
  const again = () => lookAgain(`/v1/cases/${id}`);
  const take = job(async () => {
    await call("POST", `/v1/cases/${id}/take`);
    await again();
  });
  const kind = () => what(found.value.data?.kind ?? "case");
  return { title: kind, view: () => html`<${Heading}>${kind()}<//><${Shown} of=${found}>${(data) => html`<${Case} of=${data} take=${take} again=${again} />`}<//>` };
}

const Case = ({ of: one, take, again }) => html`
  <p class="summary"><${State} of=${one.state} /></p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${one.id} />`],
    ["subject", html`<${Id} of=${one.subject} data-stop />`],
    ["assigned", one.owner && html`<${Id} of=${one.owner} />`],
    ["opened_at", html`<${Moment} at=${one.opened_at} />`],
    ["due_at", html`<${Moment} at=${one.due_at} />`],
    ["note", one.note],
    ["closed_as", one.closed_as && what(one.closed_as)],
  ]} />
  <dl class="facts raw">${Object.entries(one.facts).map(([name, value]) => html`<div key=${name}><dt><code>${name}</code></dt><dd><${Id} of=${String(value)} /></dd></div>`)}</dl>
  <${Problem} of=${take.problem.value} />
  ${one.state === "open" && may("cases.resolve") && html`
    <p class="deeds">
      <${Button} kind="secondary" job=${take} onClick=${take.run}>${say("console.take")}<//>
      ${one.kind === "reconciliation-difference" && may("adjustments.propose") && html`<a href=${`#/adjustments?case=${one.id}`}>${say("console.adjustments")}</a>`}
      <button type="button" onClick=${() => resolve([one], again)}>${say("console.resolve")}</button>
    </p>`}
`;
