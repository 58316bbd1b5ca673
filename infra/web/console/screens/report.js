/** A question to everything that happened, and its answer. The question stands in the address. */
import { answered, Answer } from "/console/report-answer.js";
import { Builder } from "/console/report-builder.js";
import { learnMerchants } from "/console/report-words.js";
import { addressOf, read, requestOf } from "/console/reports.js";
import { say } from "/shared/language.js";
import { Heading, job, Up, Waiting } from "/shared/parts.js";
import { go, pathOf } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open({ query }) {
  const draft = signal(read(query));
  const shown = signal(null);
  const asking = job(async () => {
    const question = draft.peek();
    shown.value = null;
    shown.value = answered(await call("POST", "/v1/reports/query", { body: requestOf(question) }), question);
  });
  /** The one that stands there already is asked again. */
  const send = () => {
    const address = addressOf(draft.peek());
    if (pathOf() === address) return asking.run();
    return void go(address);
  };
  learnMerchants();
  if (query.q) asking.run();
  const view = () => html`
    <${Up} path="/reports">${say("console.reports.reports")}<//>
    <${Heading}>${say("console.reports.ask")}<//>
    <${Builder} draft=${draft} asking=${asking} send=${send} open=${!query.q} />
    ${asking.busy.value && html`<${Waiting} lines=${6} />`}
    ${shown.value && html`<${Answer} of=${shown.value} />`}`;
  return { title: () => say("console.reports.ask"), view };
}
