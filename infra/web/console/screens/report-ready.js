/** A ready-made report: what it tells of its period, or of another one. */
import { answered, Answer } from "/console/report-answer.js";
import { Select } from "/console/report-builder.js";
import { learnMerchants, merchants, periodOf } from "/console/report-words.js";
import { addressOf, PERIODS, questionOf } from "/console/reports.js";
import { say } from "/shared/language.js";
import { Heading, job, Problem, Shown, Up, Waiting } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const READY = "/v1/reports/ready";

export function open({ params: { name }, query }) {
  const [ready, shown] = [see(READY), signal(null)];
  const known = () => ready.value.data?.data.find((one) => one.name === name);
  const period = PERIODS.includes(query.period) ? query.period : "";
  const asking = job(async () => {
    const one = ready.peek().data.data.find((other) => other.name === name);
    const question = questionOf(one);
    const about = query.merchant ? [{ dimension: "merchant", words: [query.merchant], is_not: false }] : [];
    const body = { ...(period ? { period } : {}), ...(query.merchant ? { merchant_id: query.merchant } : {}) };
    const asked = { ...question, period: period || one.period, wish: { ...question.wish, filters: [...question.wish.filters, ...about] } };
    shown.value = answered(await call("POST", `${READY}/${encodeURIComponent(name)}/answer`, { body }), asked);
  });
  const stop = effect(() => {
    const one = known();
    if (one && !shown.peek() && (!one.takes_merchant || query.merchant)) untracked(asking.run);
  });
  learnMerchants();
  const title = () => known()?.title ?? say("console.reports.report");
  const at = (changed) => go(`/reports/ready/${name}?${new URLSearchParams({ ...query, ...changed })}`);
  const view = () => html`
    <${Up} path="/reports">${say("console.reports.reports")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${ready}>${() => known() && html`<${About} of=${known()} period=${period || known().period} merchant=${query.merchant ?? ""} at=${at} question=${shown.value?.question} />`}<//>
    <${Problem} of=${asking.problem.value} />
    ${asking.busy.value && html`<${Waiting} lines=${6} />`}
    ${shown.value && html`<${Answer} of=${shown.value} />`}`;
  return { title, view, close: stop };
}

const About = ({ of: one, period, merchant, at, question }) => html`
  <p>${one.about}</p>
  <div class="filters">
    <${Select} id="period" label=${say("console.reports.period")} value=${period} options=${PERIODS} named=${(name) => periodOf({ period: name })} change=${(chosen) => at({ period: chosen })} />
    ${one.takes_merchant && html`<${Select} id="merchant" label=${say("console.reports.by.merchant")} value=${merchant} options=${[...new Set(["", ...(merchant ? [merchant] : []), ...merchants().map(({ id }) => id)])]} named=${(id) => merchants().find((other) => other.id === id)?.name || id || say("console.reports.choose-merchant")} change=${(chosen) => chosen && at({ merchant: chosen })} />`}
  </div>
  ${one.query && question && html`<p class="deeds"><a class="button secondary" href=${`#${addressOf(question)}`}>${say("console.reports.change-question")}</a></p>`}
`;
