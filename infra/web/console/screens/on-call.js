/** Who is on call, when nobody is, and the pages that wait; putting somebody on and taking them off. */
import { ask } from "/console/ask.js";
import { colleagues, learnNames, Name, nameOf, Names, rota, rotaAgain, watchRota } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { Choice, moment, Time } from "/console/telling.js";
import { language, say, shownMoment, shownSpan } from "/shared/language.js";
import { Empty, Heading, pages, Shown } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 15_000;
const WEEK_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;
const [WIDE, DAYS] = [700, 7];
const asked = () => pages((cursor) => get(`/v1/on-call/shifts?limit=50${cursor ? `&cursor=${cursor}` : ""}`));

export function open() {
  learnNames();
  const [now, shifts] = [rota(), signal(asked())];
  const again = () => {
    shifts.value = asked();
    return rotaAgain();
  };
  const view = () => html`
    <${Heading}>${say("console.on-call")}<//>
    <p>${say("console.on-call-what")}</p>
    <${Shown} of=${now}>${(data) => html`<${OnCall} of=${data} again=${again} />`}<//>
    <${PagedTable} of=${shifts.value} name="on-call" title=${say("console.rota")} columns=${SHIFTS(again)} empty=${say("console.rota-empty")} />`;
  return { title: () => say("console.on-call"), view, close: watchRota(EVERY_MS) };
}

const OnCall = ({ of: data, again }) => html`
  ${may("on-call.keep") && html`<p class="deeds"><button type="button" disabled=${colleagues().length === 0} onClick=${() => add(data, again)}>${say("console.shift-add")}</button></p>`}
  <${Facts} of=${[
    ["on-call-now", data.now.length ? html`<${Names} of=${data.now} />` : html`<strong class="bad">${say("console.on-call-nobody")}</strong>`],
    ["on-call-next", data.following ? html`<${Name} of=${data.following.person_id} />${" · "}<${Moment} at=${data.following.from} />` : say("console.on-call-no-next")],
  ]} />
  <${Gaps} of=${data} />
  <${Table} name="pages" title=${say("console.pages-waiting")} rows=${data.pages} columns=${PAGES} empty=${say("console.pages-none")} />
`;

const Gaps = ({ of: { at, gaps } }) => html`
  <section class="gaps" aria-label=${say("console.gaps")}>
    <h2>${say("console.gaps")}</h2>
    <svg viewBox=${`0 0 ${WIDE} 24`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="covered" x="0" y="4" width=${WIDE} height="16" />
      ${gaps.map((gap) => html`<rect key=${gap.from} class="gap" x=${along(at, gap.from)} y="4" width=${along(at, gap.to) - along(at, gap.from)} height="16" />`)}
      ${Array.from({ length: DAYS - 1 }, (_, day) => html`<line key=${day} x1=${((day + 1) * WIDE) / DAYS} x2=${((day + 1) * WIDE) / DAYS} y1="0" y2="24" />`)}
    </svg>
    ${gaps.length === 0 ? html`<${Empty}>${say("console.gaps-none")}<//>` : html`<ul>${gaps.map((gap) => html`<li key=${gap.from}>${say("console.gap", { from: shownMoment(gap.from), to: shownMoment(gap.to), long: shownSpan((new Date(gap.to) - new Date(gap.from)) / 1000, Math.round) })}</li>`)}</ul>`}
  </section>
`;

/** How far along the picture of a week that begins at `at`. */
const along = (at, moment) => (WIDE * (new Date(moment) - new Date(at))) / WEEK_MS;

const PAGES = [
  { key: "what.incident", cell: (row) => html`<${Id} of=${row.incident_id} short data-stop />`, text: (row) => row.incident_id },
  { key: "asked-so-far", cell: (row) => html`<${Names} of=${row.asked} />`, text: (row) => row.asked.join(" ") },
  { key: "goes-on-at", cell: (row) => html`<${Moment} at=${row.goes_on_at} />`, text: (row) => row.goes_on_at },
];

const place = (order) => say(order === 1 ? "console.paged-first" : "console.paged-second");
const time = (key, from) => ({ key, cell: (row) => html`<${Moment} at=${row[from]} />`, text: (row) => row[from] });

const SHIFTS = (again) => [
  { key: "on-call-who", cell: (row) => html`<${Name} of=${row.person_id} />`, text: (row) => row.person_id },
  time("starts_at", "from"),
  time("ends_at", "to"),
  { key: "paged", cell: (row) => place(row.order), text: (row) => row.order },
  { key: "status", cell: (row) => (row.on_call ? html`<span class="state good">${say("console.on-call-is")}</span>` : "–"), text: (row) => row.on_call },
  { key: "deeds", cell: (row) => (may("on-call.keep") ? html`<button type="button" class="plain" data-stop onClick=${() => remove(row, again)}>${say("console.shift-remove")}</button>` : ""), text: () => "" },
];

/** Local time as its field takes it, at a full hour. */
function typed(at) {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
const onTheHour = (at) => Math.ceil(at / HOUR_MS) * HOUR_MS;

/** The first gap is what is filled, a week at the most. */
function suggested({ at, gaps }) {
  const from = new Date(gaps[0]?.from ?? at).getTime();
  const begins = from <= new Date(at).getTime() ? Math.floor(from / 60_000) * 60_000 : from;
  return { from: begins, to: gaps[0] && new Date(gaps[0].to) - from < WEEK_MS ? new Date(gaps[0].to).getTime() : onTheHour(begins) + WEEK_MS };
}

const shownColleague = (id) => `${nameOf(id)} · ${say(`console.role.${colleagues().find((one) => one.id === id).role}`)}`;

function add(data, again) {
  const { from, to } = suggested(data);
  const by_name = [...colleagues()].sort((one, other) => one.name.localeCompare(other.name, language.value));
  ask({
    plain: true,
    title: say("console.shift-add"),
    what: say("console.shift-add-what"),
    fields: (wrong) => html`
      <${Choice} name="person_id" label=${say("console.on-call-who")} options=${by_name.map(({ id }) => id)} shown=${shownColleague} />
      <${Time} name="from" label=${say("console.starts_at")} before=${typed(from)} wrong=${wrong} />
      <${Time} name="to" label=${say("console.ends_at")} before=${typed(to)} wrong=${wrong} />
      <${Choice} name="order" label=${say("console.paged")} options=${[1, 2]} chosen=${1} shown=${place} />`,
    go: say("console.shift-add"),
    done: say("console.shift-added"),
    act: async ({ person_id, from: since, to: until, order }) => {
      await call("POST", "/v1/on-call/shifts", { body: { person_id, from: moment(since), to: moment(until), order: Number(order) } });
      await again();
    },
  });
}

const remove = (row, again) =>
  ask({
    plain: true,
    title: say("console.shift-remove"),
    what: say("console.shift-remove-what", { name: nameOf(row.person_id), from: shownMoment(row.from), to: shownMoment(row.to) }),
    go: say("console.shift-remove"),
    done: say("console.shift-removed"),
    act: async () => {
      await call("DELETE", `/v1/on-call/shifts/${row.id}`);
      await again();
    },
  });
