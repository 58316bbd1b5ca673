/** A question to everything that happened, and its answer. The question stands in the address. */
import { ask } from "/console/ask.js";
import { learnImported } from "/console/imported.js";
import { may } from "/console/may.js";
import { answered, Answer } from "/console/report-answer.js";
import { Builder } from "/console/report-builder.js";
import { learnMerchants } from "/console/report-words.js";
import { addressOf, chartOf, OWN, read, requestOf, savedOf } from "/console/reports.js";
import { say } from "/shared/language.js";
import { announce, Button, Field, Heading, job, Problem, Up, Waiting } from "/shared/parts.js";
import { go, pathOf } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const SAVED = "/v1/reports/saved";

/** `saved`: the id of the saved report whose question it is. */
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
    const address = `${addressOf(draft.peek())}${query.saved ? `&saved=${encodeURIComponent(query.saved)}` : ""}`;
    if (pathOf() === address) return asking.run();
    return void go(address);
  };
  const keeping = job(async () => {
    const { chart } = draft.peek();
    await call("PATCH", `${SAVED}/${query.saved}`, { body: { query: savedOf(draft.peek()), ...(chart ? { chart } : {}) } });
    announce(say("console.reports.changed"), true);
    go(`/reports/saved/${query.saved}`);
  });
  learnMerchants();
  learnImported();
  if (query.q) asking.run();
  const view = () => html`
    <${Up} path="/reports">${say("console.reports.reports")}<//>
    <${Heading}>${say("console.reports.ask")}<//>
    <${Builder} draft=${draft} asking=${asking} send=${send} open=${!query.q} />
    ${asking.busy.value && html`<${Waiting} lines=${6} />`}
    ${shown.value && may("reports.keep") && html`<${Save} question=${shown.value.question} keeping=${query.saved ? keeping : null} />`}
    ${shown.value && html`<${Answer} of=${shown.value} />`}`;
  return { title: () => say("console.reports.ask"), view };
}

/** Days of one's own are over when it is asked again: only what has a name is saved. */
function Save({ question, keeping }) {
  if (question.period === OWN) return html`<p class="note">${say("console.reports.save-own")}</p>`;
  return html`
    <${Problem} of=${keeping?.problem.value} />
    <p class="deeds">
      ${keeping && html`<${Button} job=${keeping} onClick=${() => keeping.run()}>${say("console.reports.save-over")}<//>`}
      <button type="button" class="secondary" data-save onClick=${() => save(question)}>${say("console.reports.save")}</button>
    </p>
  `;
}

const save = (question) =>
  ask({
    title: say("console.reports.save"),
    what: say("console.reports.save-what"),
    plain: true,
    fields: (wrong) => html`<${Field} name="name" label=${say("console.reports.name")} problem=${wrong("name")} maxlength="80" required autocomplete="off" />`,
    go: say("console.reports.save"),
    act: async ({ name }) => {
      const made = await call("POST", SAVED, { body: { name, query: savedOf(question), chart: chartOf(question.chart, question.wish) } });
      announce(say("console.reports.saved"), true);
      go(`/reports/saved/${made.id}`);
    },
  });
