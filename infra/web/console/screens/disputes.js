/** Disputes of payments: what both said, by when somebody decides, and the decision. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { newKey } from "/shared/door.js";
import { say, shownMoney } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const UNDECIDED = ["open", "answered"];
const askFor = (cursor) => get(`/v1/dispute-reviews?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);

export function open() {
  const list = signal(pages(askFor));
  const again = () => (list.value = pages(askFor));
  return { title: () => say("console.disputes"), view: () => html`<${Disputes} list=${list.value} again=${again} />` };
}

const Disputes = ({ list, again }) => html`
  <${Heading}>${say("console.disputes")}<//>
  <p>${say("console.disputes-what")}</p>
  <${PagedTable} of=${list} name="disputes" title=${say("console.disputes-all")} columns=${columns(again)} empty=${say("console.nothing-yet")} />
`;

const clock = (row) => ({ open: row.answer_by, answered: row.decide_by })[row.status];

const columns = (again) => [
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "status", cell: (row) => say(`console.dispute.is.${row.status}`), text: (row) => row.status },
  { key: "payment", cell: (row) => html`<${Id} of=${row.payment_id} short />`, text: (row) => row.payment_id },
  { key: "merchant", cell: (row) => row.merchant_name, text: (row) => row.merchant_name },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency), text: (row) => major(row.amount, row.currency) },
  CURRENCY,
  { key: "dispute-reason", cell: (row) => say(`console.dispute.${row.reason}`), text: (row) => row.reason },
  { key: "dispute-text", cell: (row) => row.text, text: (row) => row.text ?? "" },
  { key: "dispute-answer", cell: (row) => row.answer ?? "–", text: (row) => row.answer ?? "" },
  { key: "dispute-clock", cell: (row) => html`<${Moment} at=${clock(row)} />`, text: (row) => clock(row) ?? "" },
  { key: "dispute-decided", cell: (row) => html`<${Decision} of=${row} again=${again} />`, text: (row) => row.decided_by ?? "" },
];

function Decision({ of: one, again }) {
  if (!UNDECIDED.includes(one.status) || !may("disputes.decide")) return one.decided_by ? say(`console.dispute.by.${one.decided_by}`) : "–";
  return html`
    <button type="button" class="plain" onClick=${() => decide(one, "customer", again)}>${say("console.dispute.for-customer")}</button>
    <button type="button" class="plain" onClick=${() => decide(one, "merchant", again)}>${say("console.dispute.for-merchant")}</button>`;
}

function decide(one, side, again) {
  const key = newKey();
  ask({
    title: say(`console.dispute.for-${side}`),
    what: say(`console.dispute.for-${side}-what`, { amount: shownMoney(one.amount, one.currency), name: one.merchant_name }),
    label: say("console.note"),
    go: say(`console.dispute.for-${side}`),
    done: say("console.dispute.decided"),
    act: async ({ reason }) => {
      await call("POST", `/v1/dispute-reviews/${one.id}/decide`, { key, body: { side, note: reason } });
      again();
    },
  });
}
