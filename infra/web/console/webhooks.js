/** The servers that are told what happens to a merchant, and what came of the last attempts to tell one of them. */
import { may } from "/console/may.js";
import { Id, Moment, State } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { say, sayOr } from "/shared/language.js";
import { announce, Button, job, pages, Problem, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** `chosen`: the endpoint whose attempts are shown, and they; null until somebody has asked for some. */
export function webhooksOf(merchant) {
  const at = `/v1/merchants/${merchant}/webhook-endpoints`;
  const chosen = signal(null);
  const choose = (endpoint) => (chosen.value = { endpoint, attempts: pages((cursor) => get(`${at}/${endpoint}/deliveries?limit=20${cursor ? `&cursor=${cursor}` : ""}`)) });
  const again = job(async (event, endpoint) => {
    await call("POST", `/v1/events/${event}/redeliver`, { body: { endpoint_id: endpoint } });
    announce(say("console.redelivered"));
    choose(endpoint);
  });
  return { merchant, endpoints: see(at), chosen, choose, again };
}

export const Webhooks = ({ of: one }) => html`
  <${Shown} of=${one.endpoints}>${({ data }) => html`
    <${Table} name=${`endpoints-${one.merchant}`} title=${say("console.endpoints")} rows=${data} columns=${endpoints(one)} empty=${say("console.no-endpoints")} />`}
  <//>
  ${one.chosen.value && html`
    <${Problem} of=${one.again.problem.value} />
    <${PagedTable} of=${one.chosen.value.attempts} name=${`deliveries-${one.chosen.value.endpoint}`} title=${say("console.deliveries-of", { id: one.chosen.value.endpoint })} id=${(row) => row.at + row.event_id} columns=${attempts(one)} empty=${say("console.nothing-yet")} />`}
`;

const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const why = (row) => (row.disabled_reason ? sayOr(`console.disabled.${row.disabled_reason}`, row.disabled_reason) : "");

const endpoints = (one) => [
  { key: "url", wide: true, cell: (row) => row.url, text: (row) => row.url },
  { key: "event_types", wide: true, cell: (row) => row.event_types.join(", "), text: (row) => row.event_types.join(" ") },
  { key: "status", cell: (row) => html`<${State} of=${row.state} /> ${why(row)}`, text: (row) => row.state },
  time("failing_since"),
  time("created_at"),
  { key: "deliveries", cell: (row) => html`<button type="button" class="secondary" onClick=${() => one.choose(row.id)}>${say("console.deliveries-show")}</button>`, text: (row) => row.id },
];

const attempts = (one) => [
  time("at"),
  { key: "event_type", cell: (row) => html`${row.event_type} <${Id} of=${row.event_id} />`, text: (row) => `${row.event_type} ${row.event_id}` },
  { key: "attempt", number: true, cell: (row) => row.number, text: (row) => row.number },
  { key: "came-of", cell: (row) => html`<${State} of=${row.outcome} /> ${row.status ?? ""}`, text: (row) => `${row.outcome} ${row.status ?? ""}` },
  { key: "milliseconds", number: true, cell: (row) => row.milliseconds, text: (row) => row.milliseconds },
  { key: "answer", wide: true, cell: (row) => row.answer, text: (row) => row.answer },
  time("next_at"),
  ...(may("merchants.redeliver") ? [{ key: "redeliver", cell: (row) => html`<${Button} kind="secondary" job=${one.again} onClick=${() => one.again.run(row.event_id, one.chosen.peek().endpoint)}>${say("console.redeliver-do")}<//>`, text: () => "" }] : []),
];
