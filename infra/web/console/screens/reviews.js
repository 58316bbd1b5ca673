/** Reports of regular checks: of access, and of the weekly load on a probe stage; how their figures went. */
import { Chart } from "/console/chart.js";
import { may, me } from "/console/may.js";
import { Moment, State } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { say, shownNumber } from "/shared/language.js";
import { announce, Button, Heading, job, pages, Problem, Waiting } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const KINDS = ["access", "load"];
const asked = (kind) => pages((cursor) => get(`/v1/reviews?kind=${kind}&limit=20${cursor ? `&cursor=${cursor}` : ""}`));

export function open() {
  const lists = Object.fromEntries(KINDS.map((kind) => [kind, signal(null)]));
  const look = (kind) => (lists[kind].value = asked(kind));
  const asking = job(async () => {
    await call("POST", "/v1/reviews");
    announce(say("console.review-asked"));
    look("access");
  });
  const stop = effect(() => {
    if (may("reviews.see")) for (const kind of KINDS) if (!lists[kind].peek()) untracked(() => look(kind));
  });
  return { title: () => say("console.reviews"), view: () => html`<${Reviews} lists=${lists} asking=${asking} />`, close: stop };
}

function Reviews({ lists, asking }) {
  const [access, load] = KINDS.map((kind) => lists[kind].value);
  return html`
    <${Heading}>${say("console.reviews")}<//>
    <p>${say("console.reviews-what")}</p>
    ${!me() && html`<${Waiting} />`}
    ${may("reviews.ask") && html`
      <p class="deeds"><${Button} job=${asking} onClick=${asking.run}>${say("console.review-ask")}<//></p>
      <${Problem} of=${asking.problem.value} />`}
    <div class="charts">
      ${trend(access, "console.reviews-access", "console.trend-access", ["findings", "permissions_unused", "reveals"], shownNumber)}
      ${trend(load, "console.reviews-load", "console.trend-load", ["read_p99_ms", "pay_p99_ms", "refund_p99_ms"], milliseconds)}
    </div>
    ${access && html`<${PagedTable} of=${access} name="reviews-access" title=${say("console.reviews-access")} columns=${columns(["findings", "operators", "keys", "staff", "reveals"])} empty=${say("console.nothing-yet")} />`}
    ${load && html`<${PagedTable} of=${load} name="reviews-load" title=${say("console.reviews-load")} columns=${columns(["findings", "accepted", "shed", "faults", "pay_p99_ms"])} empty=${say("console.no-rehearsal")} />`}
  `;
}

const milliseconds = (value) => say("console.so-many-ms", { count: shownNumber(value) });
const COLOURS = ["bad", "accent", "warn"];
const NEEDED = 2;

/** A line for each figure over the reports that are written, the oldest first; one report is no trend. */
function trend(list, title, words, names, format) {
  const reports = (list?.rows.value ?? []).filter((one) => one.state === "written").reverse();
  if (reports.length < NEEDED) return null;
  const [before, last] = reports.slice(-NEEDED).map((one) => names.map((name) => format(one.figures[name] ?? 0)));
  const said = names.map((name, at) => say("console.trend-one", { what: say(`console.figure.${name}`), now: last[at], before: before[at] })).join(" ");
  const series = names.map((name, at) => ({ label: say(`console.figure.${name}`), colour: COLOURS[at], values: reports.map((one) => one.figures[name] ?? 0) }));
  return html`<${Chart} days title=${say(title)} words=${`${say(words)} ${said}`} times=${reports.map((one) => new Date(one.until) / 1000)} series=${series} format=${format} />`;
}

const figure = (name) => ({ key: `figure.${name}`, number: true, cell: (row) => html`<${Figure} of=${row} name=${name} />`, text: (row) => row.figures[name] ?? 0 });

/** With what it grew or fell by since the report before. */
export function Figure({ of: row, name }) {
  const [now, before] = [row.figures[name] ?? 0, row.before[name] ?? 0];
  const by = Object.keys(row.before).length > 0 && now !== before ? now - before : 0;
  return html`${shownNumber(now)}${by !== 0 && html` <small>${say("console.changed-by", { by: shownNumber(by, { signDisplay: "always" }) })}</small>`}`;
}

const columns = (names) => [
  { key: "report", cell: (row) => html`<a class="id" href=${`#/reviews/${row.id}`} data-stop><${Moment} at=${row.until} /></a>`, text: (row) => row.id },
  { key: "status", cell: (row) => html`<${State} of=${row.state} />`, text: (row) => row.state },
  ...names.map(figure),
  { key: "asked-by", cell: (row) => (row.by ? say("console.an-operator") : say("console.the-schedule")), text: (row) => row.by },
];
