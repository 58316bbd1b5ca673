/** A payout: what it is made of, which bank has it and why, whether it arrived, and where the money is if it did not. */
import { failure, SETTLEMENTS } from "/console/payouts.js";
import { Asked, Timeline } from "/console/screens/movement.js";
import { CURRENCY, Facts, Id, major, Moment, State, what } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { say, sayOr, shownMoney, shownSpan } from "/shared/language.js";
import { Heading, Money, pages, Shown, Up } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;
const UNFINISHED = ["pending", "unknown"];
const TOGETHER = 100;
/** Batches of later payouts that are passed over before the page says that there may be more. */
const MOST_PAGES = 20;

export function open({ params: { id } }) {
  const payout = see(`/v1/payouts/${id}`);
  const history = see(`/v1/movements/${id}`);
  const settlements = signal(null);
  const look = async () => {
    if (!UNFINISHED.includes(payout.peek().data?.status)) return;
    await lookAgain(`/v1/payouts/${id}`);
    if (!UNFINISHED.includes(payout.peek().data.status)) await lookAgain(`/v1/movements/${id}`);
  };
  const known = effect(() => payout.value.data && !settlements.peek() && untracked(() => void (settlements.value = covered(payout.peek().data))));
  const stop = watch(look, EVERY_MS);
  const close = () => [known, stop].forEach((one) => one());
  return { title: () => what("payout"), view: () => html`<${Back} to=${payout.value.data} /><${Heading}>${what("payout")}<//><${Shown} of=${payout}>${(data) => html`<${Payout} of=${data} history=${history} settlements=${settlements.value} />`}<//>`, close };
}

/** The batches that were settled after the payout before and up to this one. */
function covered({ merchant_id: merchant, currency, after, created_at: until }) {
  const page = (cursor) => get(`/v1/merchants/${merchant}/settlements?limit=${TOGETHER}&currency=${currency}${cursor ? `&cursor=${cursor}` : ""}`);
  return pages(async (cursor) => {
    for (let left = MOST_PAGES; ; left -= 1) {
      const { data, has_more: more, next_cursor: next } = await page(cursor);
      const found = data.filter(({ at }) => after < at && at < until);
      const has_more = more && !data.some(({ at }) => at <= after);
      if (found.length || !has_more || left === 1) return { data: found, has_more, next_cursor: next };
      cursor = next;
    }
  });
}

const Back = ({ to: payout }) => payout && html`<${Up} path=${`/merchants/${payout.merchant_id}`}>${say("console.merchant")}<//>`;

const Payout = ({ of: payout, history, settlements }) => html`
  <p class="summary"><span class="big"><${Money} amount=${payout.amount} currency=${payout.currency} /></span> <${State} of=${payout.status} /></p>
  ${payout.status === "failed" && html`<p class="note">${say("console.payout-back", { amount: shownMoney(payout.amount, payout.currency) })}</p>`}
  ${payout.status === "unknown" && html`<p class="note">${say("console.payout-unknown")}</p>`}
  <${Facts} of=${[
    ["id", html`<${Id} of=${payout.id} />`],
    ["merchant", html`<${Id} of=${payout.merchant_id} />`],
    ["created_at", html`<${Moment} at=${payout.created_at} />`],
    ["schedule", what(payout.schedule)],
    ["expected_on", payout.expected_on],
    ["oldest_settled_at", payout.oldest_settled_at && html`<${Moment} at=${payout.oldest_settled_at} />`],
    ["usually", payout.usual_seconds && say("console.usually-said", { time: shownSpan(payout.usual_seconds) })],
    [payout.status === "failed" ? "came-back" : "arrived", payout.ended_at && html`<${Moment} at=${payout.ended_at} />`],
    ["failure", failure(payout)],
    ["bank", payout.processor],
    ["route", html`<${Route} of=${history} />`],
  ]} />
  <${Table} name=${`parts-${payout.id}`} title=${say("console.parts")} rows=${parts(payout)} id=${(row) => row.part} columns=${PARTS} empty="" />
  ${settlements && html`<${PagedTable} of=${settlements} name=${`settlements-${payout.id}`} title=${say("console.settlements-in", { count: payout.settlements })} columns=${SETTLEMENTS} empty=${say("console.nothing-yet")} />`}
  <${Shown} of=${history}>${(data) => html`<${Timeline} ...${data} />`}<//>
`;

/** Whom the rules named, and why each was taken or passed over. */
const Route = ({ of: history }) => history.value.data && html`<${Asked} of=${history.value.data.movement.route ?? []} currency=${history.value.data.movement.currency} />`;

/** What adds up to the amount; parts of nothing are left out. */
function parts({ currency, amount, fees, ...payout }) {
  const rows = [
    ["carried", payout.carried],
    ["gross", payout.gross],
    ["refunds", -payout.refunds],
    ...Object.entries(fees).map(([name, fee]) => [`fees-${name}`, -fee]),
    ["adjustments", payout.adjustments],
    ["returned", payout.returned],
    ["kept", -payout.kept],
  ];
  return [...rows.filter(([, sum]) => sum !== 0), ["paid-out", amount]].map(([part, sum]) => ({ part, amount: sum, currency }));
}

const PARTS = [
  { key: "part", cell: (row) => sayOr(`console.part.${row.part}`, row.part), text: (row) => row.part },
  { key: "amount", number: true, cell: (row) => shownMoney(row.amount, row.currency, row.part !== "paid-out"), text: (row) => major(row.amount, row.currency) },
  CURRENCY,
];
