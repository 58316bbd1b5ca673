/** The last hour as it is, hours and days before it: payments, success, latency, money held, processors, queues. */
import { may, me } from "/console/may.js";
import { language, say } from "/shared/language.js";
import { Heading, job, Problem, Shown, Waiting } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;
/** What shows the figures comes after them: it is large, and nothing waits for it before. */
const parts = signal(null);
const fetching = job(async () => (parts.value ??= (await import("/console/report.js")).PARTS));
const look = () => see("/v1/reports/live");

export function open() {
  const live = look();
  const shown = signal(0);
  const stop = watch(look, EVERY_MS);
  const stopFetching = effect(() => live.value.data && !parts.peek() && untracked(fetching.run));
  const stopUnfolding = effect(() => live.value.data && shown.value < (parts.value?.length ?? 0) && after(() => (shown.value += 1)));
  const close = () => [stop, stopFetching, stopUnfolding].forEach((end) => end());
  return { title: () => say("console.overview"), view: () => html`<${Overview} live=${live} shown=${shown.value} />`, close };
}

/** In a turn of its own: a key pressed meanwhile is answered in between. */
function after(next) {
  const turn = setTimeout(next);
  return () => clearTimeout(turn);
}

const Overview = ({ live, shown }) => html`
  <${Heading}>${say("console.overview")}<//>
  ${me() && !may("reports.see") ? html`<p>${say("console.not-yours")}</p>` : html`<${Shown} of=${live} lines=${8}>${(data) => html`<${Figures} data=${data} shown=${shown} />`}<//>`}
`;

function Figures({ data, shown }) {
  if (fetching.problem.value) return html`<${Problem} of=${fetching.problem.value} />`;
  return shown ? parts.value.slice(0, shown).map((part) => once(part, data)) : html`<${Waiting} lines=${8} />`;
}

/** A part is built again for new figures or in another language, and not because another part joins it. */
const built = new Map();
function once(part, data) {
  const before = built.get(part);
  if (before?.data === data && before.language === language.value) return before.node;
  const node = part(data);
  built.set(part, { data, language: language.value, node });
  return node;
}
