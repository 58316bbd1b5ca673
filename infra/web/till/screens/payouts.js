/** What left for the bank, how the next payout stands, and asking for one now. */
import { Currencies, inCurrency, question, State } from "/till/office.js";
import { currency, may, mine } from "/till/staff.js";
import { Table } from "/till/table.js";
import { newKey } from "/shared/door.js";
import { money, say, sayOr, shownDate, shownMoment, shownMoney } from "/shared/language.js";
import { Facts, Heading, Pages, Shown, Up, Waiting } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal } from "/shared/ui.js";

export function open() {
  const { list, close } = inCurrency("/payouts");
  const terms = signal(null);
  const stop = effect(() => (terms.value = see(mine(`/payout-terms/${currency.value}`))));
  const { ask, view } = question();
  const payOut = (of) => {
    const key = newKey();
    ask({
      title: say("office.pay-out"),
      what: say("office.pay-out-what", { account: of.bank_account, reserve: money(of.reserve, of.currency) }),
      go: say("office.pay-out"),
      done: say("office.paid-out"),
      act: async () => {
        await call("POST", mine("/payouts"), { key, body: { currency: of.currency } });
        list.value.next.run();
      },
    });
  };
  return { title: () => say("office.payouts"), close: () => (close(), stop()), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.payouts")}<//>
    <${Currencies} />
    ${isNone(terms.value) ? html`<p class="note">${say("office.no-terms", { currency: currency.value })}</p>` : html`<${Shown} of=${terms.value}>${(data) => html`<${Terms} of=${data} payOut=${payOut} />`}<//>`}
    ${list.value ? html`<${Pages} of=${list.value} empty="">${(rows) => html`<${Table} title=${say("office.payouts")} columns=${columns()} rows=${rows} empty=${say("office.nothing")} />`}<//>` : html`<${Waiting} />`}
    ${view()}
  ` };
}

/** Nothing has been agreed yet: the API has no terms to show. */
const isNone = ({ value: { data, problem } }) => data === null && problem?.answer?.status === 404;

const Terms = ({ of: terms, payOut }) => html`
  <section class="card">
    <${Facts} of=${[
      [say("office.schedule"), sayOr(`office.schedule.${terms.schedule}`, terms.schedule)],
      [say("office.next-cut-off"), terms.next_cut_off && shownMoment(terms.next_cut_off)],
      [say("office.minimum"), shownMoney(terms.minimum, terms.currency)],
      [say("office.reserve"), shownMoney(terms.reserve, terms.currency)],
      [say("office.bank-account"), terms.bank_account],
    ]} />
    ${may("payouts") && html`<button type="button" onClick=${() => payOut(terms)}>${say("office.pay-out")}</button>`}
  </section>
`;

const columns = () => [
  { name: say("office.at"), cell: (row) => shownMoment(row.created_at) },
  { name: say("till.fact.amount"), number: true, cell: (row) => shownMoney(row.amount, row.currency) },
  { name: say("office.status"), cell: (row) => html`<${State} of=${row.status} />` },
  { name: say("office.expected"), cell: (row) => (row.expected_on ? shownDate(row.expected_on, { dateStyle: "medium" }) : "") },
  { name: say("office.number"), cell: (row) => row.id },
];
