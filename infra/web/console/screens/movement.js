/** A payment, a top-up, a withdrawal or another movement: what it is, and its way through time. */
import { Facts, Id, major, Moment, State, what } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, sayOr, shownMoney } from "/shared/language.js";
import { Heading, Money, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open({ params }) {
  const history = see(`/v1/movements/${params.id}`);
  const kind = () => what(history.value.data?.movement.kind ?? "movement");
  return { title: kind, view: () => html`<${Heading}>${kind()}<//><${Shown} of=${history}>${(data) => html`<${Movement} ...${data} />`}<//>` };
}

function Movement({ movement, timeline, complete }) {
  const money = (amount) => (amount === undefined ? undefined : html`<${Money} amount=${amount} currency=${movement.currency} />`);
  return html`
    <p class="summary"><span class="big">${money(movement.amount)}</span> <${State} of=${movement.status} /></p>
    <${Facts} of=${[
      ["id", html`<${Id} of=${movement.id} />`],
      ["created_at", html`<${Moment} at=${movement.created_at} />`],
      ["account", html`<${Id} of=${movement.account} />`],
      ["owner", movement.owner && html`<${Id} of=${movement.owner} />`],
      ["merchant", movement.merchant_id && html`<${Id} of=${movement.merchant_id} />`],
      ["order_reference", movement.order_reference],
      ["checkout", movement.checkout_id && html`<${Id} of=${movement.checkout_id} data-stop />`],
      ["of-payment", movement.payment_id && html`<${Id} of=${movement.payment_id} />`],
      ["processor", movement.processor],
      ["method", movement.method && what(movement.method)],
      ["route", movement.route?.length ? html`<${Asked} of=${movement.route} currency=${movement.currency} />` : ""],
      ["tried", movement.tried?.length ? html`<${Asked} of=${movement.tried} currency=${movement.currency} />` : ""],
      ["funding_method", movement.funding_method_id && html`<span class="id">${movement.funding_method_id}</span>`],
      ["first_asked", movement.asked_at && html`<${Moment} at=${movement.asked_at} />`],
      ["failed_because", movement.reason && html`<code>${movement.reason}</code>`],
      ["processor_reference", movement.processor_reference && html`<span class="id">${movement.processor_reference}</span>`],
      ["refusal", movement.refusal && html`<code>${movement.refusal}</code>`],
      ["captured", money(movement.captured)],
      ["refundable", money(movement.refundable)],
      ["reversed", movement.reversed ? money(movement.reversed) : ""],
      ["fee", money(movement.fee)],
      ["settled_by", movement.settled_by && html`<${Id} of=${movement.settled_by} />`],
    ]} />
    <${Timeline} movement=${movement} timeline=${timeline} complete=${complete} />
  `;
}

/** What became of a movement, as `/v1/movements/{id}` tells it. */
export const Timeline = ({ movement, timeline, complete }) => html`
  <${Table} name=${movement.id} title=${say("console.timeline")} rows=${timeline} id=${(step) => step.at + step.what + step.movement_id} empty=${say("console.nothing-yet")} columns=${steps(movement)} />
  ${!complete && html`<p class="note">${say("console.incomplete")}</p>`}
`;

/** Processors and a word about each: what it would have cost, or why it was passed over. */
export const Asked = ({ of: processors, currency }) => html`<ul class="asked">${processors.map(({ processor, why }) => html`<li key=${processor}>${processor}: ${/^\d+$/.test(why) ? say("console.costs", { cost: shownMoney(Number(why), currency) }) : sayOr(`console.why.${why}`, why)}</li>`)}</ul>`;

const steps = ({ id, currency }) => [
  { key: "at", cell: (step) => html`<${Moment} at=${step.at} />`, text: (step) => step.at },
  { key: "what-happened", cell: (step) => what(step.what), text: (step) => step.what },
  { key: "amount", number: true, cell: (step) => shownMoney(step.amount, currency), text: (step) => major(step.amount, currency) },
  { key: "currency", text: () => currency },
  { key: "by", cell: (step) => html`<${By} of=${step.by} />`, text: (step) => step.by },
  { key: "movement", cell: (step) => (step.movement_id === id ? "" : html`<${Id} of=${step.movement_id} data-stop />`), text: (step) => step.movement_id },
];

/** A customer, a merchant, a processor, or nobody: it was due. */
function By({ of: who }) {
  if (who.startsWith("usr_")) return html`${say("console.by.customer")} <${Id} of=${who} />`;
  if (who.startsWith("mer_")) return html`${say("console.by.merchant")} <${Id} of=${who} />`;
  return sayOr(`console.by.${who}`, who || "–");
}
