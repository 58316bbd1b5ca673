/** The check of the whole: its newest steps, and how the last ones went. */
import { Facts, Moment, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoment, shownNumber } from "/shared/language.js";
import { Empty } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const took = (milliseconds) => say("console.probe.milliseconds", { count: shownNumber(milliseconds) });
const STEPS = [
  { key: "probe.step", cell: (row) => say(`console.probe.${row.step}`), text: (row) => row.step },
  { key: "status", cell: (row) => html`<${State} of=${row.outcome} />`, text: (row) => row.outcome },
  { key: "probe.took", number: true, cell: (row) => (row.outcome === "skipped" ? "–" : took(row.milliseconds)), text: (row) => row.milliseconds },
  { key: "probe.answer", wide: true, cell: (row) => row.reason, text: (row) => row.reason },
];

export const Probes = ({ of: { newest, past, good_at } }) => (newest ? html`
  <${Table} name="probe" title=${say("console.probe")} rows=${newest.steps} columns=${STEPS} id=${(row) => row.step} tools=${html`<${State} of=${newest.outcome} />`} />
  <${Facts} of=${[["probe.newest", html`<${Moment} at=${newest.begun_at} /> · ${took(newest.milliseconds)}`], ["probe.good_at", good_at && html`<${Moment} at=${good_at} />`], ["probe.past", html`<${Past} of=${past} />`]]} />` : html`
  <section aria-label=${say("console.probe")}><h2>${say("console.probe")}</h2><${Empty}>${say("console.probe.none")}<//></section>`);

/** Oldest first, as a line is read; what failed, on hover and for those who listen. */
const Past = ({ of: past }) => html`
  <ol class="probes">${past.toReversed().map((one) => html`<li key=${one.begun_at} class=${one.outcome}><abbr title=${told(one)}>${one.outcome === "good" ? "✓" : "✗"}<span class="unseen">${told(one)}</span></abbr></li>`)}</ol>`;

const told = ({ begun_at, outcome, milliseconds, failed }) =>
  [shownMoment(begun_at), say(`console.state.${outcome}`), took(milliseconds), ...failed.map((step) => say(`console.probe.${step}`))].join(" · ");
