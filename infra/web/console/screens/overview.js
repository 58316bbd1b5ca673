/** The last hour as it is: payments, success, latency, money held, processors, queues. */
import { may, me } from "/console/may.js";
import { say } from "/shared/language.js";
import { Heading, job, Problem, Shown, Waiting } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;
/** What shows the figures comes after them: it is large, and nothing waits for it before. */
const report = signal(null);
const fetching = job(async () => (report.value ??= (await import("/console/report.js")).Report));
const look = () => see("/v1/reports/live");

export function open() {
  const live = look();
  const stop = watch(look, EVERY_MS);
  const stopFetching = effect(() => live.value.data && !report.peek() && untracked(fetching.run));
  return { title: () => say("console.overview"), view: () => html`<${Overview} live=${live} />`, close: () => (stop(), stopFetching()) };
}

const Overview = ({ live }) => html`
  <${Heading}>${say("console.overview")}<//>
  ${me() && !may("reports.see") ? html`<p>${say("console.not-yours")}</p>` : html`<${Shown} of=${live} lines=${8}>${(data) => html`<${Figures} data=${data} />`}<//>`}
`;

function Figures({ data }) {
  if (fetching.problem.value) return html`<${Problem} of=${fetching.problem.value} />`;
  return report.value ? html`<${report.value} data=${data} />` : html`<${Waiting} lines=${8} />`;
}
