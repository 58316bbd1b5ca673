/** The last hour as it is: payments, success, latency, money held, processors, queues. */
import { may, me } from "/console/may.js";
import { say } from "/shared/language.js";
import { Heading, job, Problem, Shown, Waiting } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 10_000;
/** What shows the figures comes while they do. */
const report = signal(null);
const fetching = job(async () => (report.value = (await import("/console/report.js")).Report));

function look() {
  if (!report.peek()) fetching.run();
  return see("/v1/reports/live");
}

export function open() {
  const live = look();
  return { title: () => say("console.overview"), view: () => html`<${Overview} live=${live} />`, close: watch(look, EVERY_MS) };
}

const Overview = ({ live }) => html`
  <${Heading}>${say("console.overview")}<//>
  ${me() && !may("reports.see") ? html`<p>${say("console.not-yours")}</p>` : html`<${Shown} of=${live} lines=${8}>${(data) => html`<${Figures} data=${data} />`}<//>`}
`;

function Figures({ data }) {
  if (fetching.problem.value) return html`<${Problem} of=${fetching.problem.value} />`;
  return report.value ? html`<${report.value} data=${data} />` : html`<${Waiting} lines=${8} />`;
}
