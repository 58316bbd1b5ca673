/** Bills that several people share: what was filled in, where they are, and paying a part of one as an intent. */
import { drafts, isGood } from "/app/drafts.js";
import { intend } from "/shared/intents.js";
import { say } from "/shared/language.js";
import { Money } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

export const PATH = "/v1/bill-splits";
export const METHODS = ["equal", "shares", "amounts"];
export const MOST_PEOPLE = 20;
const LATELY = 20;

const kept = drafts(() => ({ amount: signal(""), note: signal(""), who: signal(""), people: signal([]), method: signal("equal"), own: signal(true), ownShare: signal("1") }));

/** {form, amount, note, who, people: [{who, check, share}], method, own, ownShare}; of the people those whose checks are still good. */
export function draft() {
  const { kept: of } = kept();
  of.people.value = of.people.peek().filter(({ check }) => isGood(check));
  return of;
}

export const bills = () => see(`${PATH}?limit=${LATELY}`);
/** Those that others made and of which I still owe something. */
export const owing = (resource) => (resource.value.data?.data ?? []).filter((one) => one.direction === "in" && one.status === "open" && one.parts[0]?.status === "open");

/** → the intent's id. What a part is paid with is a transfer to whoever made the bill. */
export const payPart = (bill, amount, form, wallet_id) =>
  intend({
    path: `${PATH}/${bill.id}/payments`,
    body: { amount, currency: bill.currency },
    about: { what: "transfer", amount, currency: bill.currency, to: bill.name, form, wallet_id, back: `/bills/${bill.id}` },
    once: `bill ${form}`,
  });

/** One line of a list of bills: whose it is, what for, how it stands, and what is left to pay. */
export const BillRow = ({ bill }) => html`
  <li><a href=${`#/bills/${bill.id}`}>
    <span class="row-words"><strong>${bill.direction === "in" ? bill.name : bill.note || say("bill.mine")}</strong><small>${[bill.direction === "in" && bill.note, say(`bill.is.${standing(bill)}`)].filter(Boolean).join(" · ")}</small></span>
    <${Money} amount=${leftOf(bill)} currency=${bill.currency} />
  </a></li>
`;

/** As whoever looks sees it: of one that I am asked for, my own part. */
export const standing = ({ status, direction, parts }) => (direction === "in" && parts[0] && parts[0].status !== "open" ? parts[0].status : status);
const leftOf = ({ direction, parts, left, amount }) => (direction === "in" ? (parts[0]?.left ?? 0) : (left ?? 0)) || (parts?.[0]?.amount ?? amount);

/** What others ask me for, on every home screen; nothing where nobody does. */
export function Owed({ of: found }) {
  const open = owing(found);
  if (!open.length) return null;
  return html`
    <h2>${say("home.bills")}</h2>
    <ul class="rows card">${open.map((one) => html`<${BillRow} key=${one.id} bill=${one} />`)}</ul>
  `;
}
