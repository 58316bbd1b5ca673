/** How everything is just now, what is planned, what was, and being told of it by e-mail. */
import { asked, Chip, get, lasted, place, shownPeriod, tone, Updates } from "/status/told.js";
import { Subscribe } from "/status/subscribe.js";
import { brandHelp } from "/shared/brand.js";
import { language, say, shownDate, shownMoment } from "/shared/language.js";
import { Heading, Icon, pages, Pages, Waiting } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 30_000;
const ICONS = { good: "check", warn: "clock", bad: "warning" };
const past = () => pages((cursor) => get(`/v1/status/incidents?limit=10${cursor ? `&cursor=${cursor}` : ""}`));

export function open() {
  const { found, again, stop } = asked("/v1/status/board");
  const before = signal(null);
  const stops = [stop, watch(again, EVERY_MS), effect(() => void (language.value && untracked(() => (before.value = past()))))];
  return { title: () => say("board.name"), view: () => html`<${Now} ...${found.value} before=${before.value} />`, close: () => stops.forEach((one) => one()) };
}

const Now = ({ data, at, problem, before }) => html`
  ${data ? html`<${Board} of=${data} at=${at} old=${Boolean(problem)} />` : problem ? html`<${Away} />` : html`<${Heading}>${say("board.name")}<//><${Waiting} lines=${6} />`}
  ${before && (data || !problem) && html`<h2>${say("board.past")}</h2><${Pages} of=${before} empty=${say("board.nothing-past")}>${(rows) => html`<${Past} rows=${rows} />`}<//>`}
  <${Subscribe} />
`;

/** The answer did not come: that is all that this page knows, and it says so. */
const Away = () => html`
  <section class="overall bad" role="alert"><${Icon} name="warning" /><div><${Heading}>${say("board.away")}<//><p>${say("board.away-what")}</p></div></section>
  <p>${say("board.away-safe")}</p>
  <${Person} ...${brandHelp()} />
`;

const Person = ({ phone, email }) => html`<p>${[phone, email].filter(Boolean).join(" · ")}</p>`;

const Board = ({ of: { state, capabilities, incidents, maintenance }, at, old }) => html`
  <section class=${`overall ${tone(state)}`} role="status">
    <${Icon} name=${ICONS[tone(state)] ?? "clock"} />
    <div><${Heading}>${say(`board.all.${state}`)}<//><p>${old ? say("board.old", { time: shownMoment(new Date(at).toISOString()) }) : say("board.as-of", { time: shownMoment(new Date(at).toISOString()) })}</p></div>
  </section>
  <h2>${say("board.things")}</h2>
  <ul class="rows things">${capabilities.map((one) => html`<${Thing} key=${one.capability} ...${one} />`)}</ul>
  ${incidents.length > 0 && html`<h2>${say("board.open")}</h2>${incidents.map((one) => html`<${Open} key=${one.id} of=${one} />`)}`}
  ${maintenance.length > 0 && html`<h2>${say("board.planned")}</h2>${maintenance.map((one) => html`<${Planned} key=${one.id} of=${one} />`)}`}
`;

const Thing = ({ capability, state, since, processors }) => html`
  <li><div><strong>${say(`board.of.${capability}`)}</strong>${since && html`<small>${[processors.join(", "), say("board.since", { time: shownMoment(since) })].filter(Boolean).join(" · ")}</small>`}</div><${Chip} of=${state} /></li>
`;

const Open = ({ of: one }) => html`
  <article class="card">
    <div class="head"><h3><a href=${`#/incidents/${one.id}`}>${one.title}</a></h3><${Chip} of=${one.state} /></div>
    <p class="meta">${[place(one), say("board.since", { time: shownMoment(one.times.began_at) })].filter(Boolean).join(" · ")}</p>
    <${Updates} of=${one.updates} beneath=${one.title} />
  </article>
`;

const Planned = ({ of: one }) => html`
  <article class="card">
    <div class="head"><h3>${one.title}</h3><${Chip} of=${one.state} /></div>
    <p class="meta">${[place(one), shownPeriod(one.starts_at, one.ends_at)].filter(Boolean).join(" · ")}</p>
    <p>${one.body}</p>
  </article>
`;

/** What is open stands above. */
const Past = ({ rows }) => html`
  <ul class="rows past">${rows.filter((one) => one.state === "resolved").map((one) => html`
    <li key=${one.id}><a href=${`#/incidents/${one.id}`}><span><strong>${one.title}</strong><small>${shownDate(one.times.began_at)}${one.times.resolved_at && ` · ${lasted(one.times.resolved_seconds)}`}</small></span><${Chip} of=${one.state} /></a></li>`)}
  </ul>
`;
