/** How a merchant is paid out in one currency: the terms, what would leave now, and what is done about it. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { CURRENCY, Facts, Id, major, Moment, State, what } from "/console/show.js";
import { newKey } from "/shared/door.js";
import { readMoney, say, sayOr, shownMoney, shownNumber } from "/shared/language.js";
import { Field, Money, pages, Problem, Shown } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { lookAgain, see } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const SCHEDULES = ["daily", "on_demand"];
const CUT_OFF = "16:00";

/** All that is known of one currency of a merchant; `account` is its id. */
export function inCurrency(merchant, currency, account) {
  const list = (path) => pages((cursor) => get(`/v1/merchants/${merchant}/${path}?limit=50&currency=${currency}${cursor ? `&cursor=${cursor}` : ""}`));
  const at = `/v1/merchants/${merchant}/payout-terms/${currency}`;
  return { merchant, currency, at, terms: see(at), account: see(`/v1/accounts/${account}`), payouts: list("payouts"), settlements: list("settlements") };
}

export const Terms = ({ of: one }) => html`
  <section aria-labelledby="payout-terms">
    <h2 id="payout-terms">${say("console.payout-terms")}</h2>
    ${areNone(one.terms) ? html`<${NoTerms} of=${one} />` : html`<${Shown} of=${one.terms}>${(terms) => html`<${Agreed} of=${one} terms=${terms} />`}<//>`}
  </section>
`;

/** Nothing has been agreed yet: the API has no terms to show. */
const areNone = ({ value: { data, problem } }) => data === null && problem?.answer?.status === 404;

const NoTerms = ({ of: one }) => html`
  <p>${say("console.no-terms", { currency: one.currency })}</p>
  ${may("merchants.keep-payout-terms") && html`<p class="deeds"><button type="button" onClick=${() => begin(one)}>${say("console.terms-agree")}</button></p>`}
`;

function Agreed({ of: one, terms }) {
  const account = one.account.value.data;
  return html`
    <${Facts} of=${[
      ["schedule", what(terms.schedule)],
      ["cut_off", terms.schedule === "daily" ? say("console.cut-off-said", { time: terms.cut_off, currency: terms.currency }) : ""],
      ["next_cut_off", terms.next_cut_off && html`<${Moment} at=${terms.next_cut_off} />`],
      ["minimum", html`<${Money} amount=${terms.minimum} currency=${terms.currency} />`],
      ["reserve", html`<${Money} amount=${terms.reserve} currency=${terms.currency} />`],
      ["bank-account", html`<${Bank} terms=${terms} />`],
      ["in-account", account && html`<${Money} amount=${account.available} currency=${terms.currency} />`],
      ["next-payout", account && nextPayout(terms, account)],
      ["skipped", terms.skipped && sayOr(`console.skipped.${terms.skipped}`, terms.skipped)],
    ]} />
    <${Problem} of=${one.account.value.problem} />
    <p class="deeds">
      ${may("merchants.pay-out") && html`<button type="button" onClick=${() => payOut(one, terms)}>${say("console.pay-out")}</button>`}
      ${may("merchants.keep-payout-terms") && html`
        <button type="button" class="secondary" onClick=${() => change(one, terms)}>${say("console.terms-change")}</button>
        <button type="button" class="danger" onClick=${() => changeBank(one, terms)}>${say("console.bank-change")}</button>`}
    </p>
  `;
}

const Bank = ({ terms }) => html`
  <span class="id">${terms.bank_account}</span>
  ${" "}${cools(terms) && html`<span class="state warn">${say("console.cools-until")} <${Moment} at=${terms.usable_at} /></span>`}
`;
const cools = (terms) => Date.parse(terms.usable_at) > Date.now();

/** At most: what refunds have drawn that are not settled yet is known to the ledger alone. */
function nextPayout(terms, account) {
  const most = account.available - terms.reserve;
  const missing = Math.max(1, terms.minimum) - most;
  return missing > 0
    ? say("console.next-payout-none", { missing: shownMoney(missing, terms.currency) })
    : say("console.next-payout-most", { amount: shownMoney(most, terms.currency) });
}

/** An amount as it is typed; the API says what is wrong with what is none. */
const typed = (text, currency) => readMoney(text, currency) ?? text;
const again = (one) => lookAgain(one.at);

const Agreement = ({ terms, currency, wrong }) => html`
  <label class="field" for="schedule"><span>${say("console.schedule")}</span>
    <select id="schedule" name="schedule">${SCHEDULES.map((schedule) => html`<option key=${schedule} value=${schedule} selected=${schedule === terms?.schedule}>${what(schedule)}</option>`)}</select>
  </label>
  <${Field} name="cut_off" type="time" problem=${wrong("cut_off")} label=${say("console.cut_off")} hint=${say("console.cut-off-about", { currency })} defaultValue=${terms?.cut_off ?? CUT_OFF} required />
  ${["minimum", "reserve"].map((name) => html`
    <${Field} key=${name} name=${name} problem=${wrong(name)} label=${say(`console.${name}`)} hint=${say(`console.${name}-about`)} defaultValue=${major(terms?.[name] ?? 0, currency)} inputmode="decimal" autocomplete="off" required />`)}
`;

const Account = ({ wrong }) => html`<${Field} name="bank_account" problem=${wrong("bank_account")} label=${say("console.bank-account")} hint=${say("console.bank-account-about")} autocomplete="off" spellcheck="false" required />`;

const agreed = ({ currency }, { minimum, reserve, ...fields }) => ({ ...fields, minimum: typed(minimum, currency), reserve: typed(reserve, currency) });

function agree(one, wish, bodyOf) {
  ask({ go: say("console.terms-agree"), done: say("console.terms-agreed"), ...wish, act: async (fields) => {
    await call("PUT", one.at, { body: bodyOf(fields) });
    await again(one);
  } });
}

const begin = (one) =>
  agree(one, {
    title: say("console.terms-agree"),
    what: say("console.terms-begin-what", { currency: one.currency }),
    fields: (wrong) => html`<${Agreement} currency=${one.currency} wrong=${wrong} /><${Account} wrong=${wrong} />`,
    word: say("console.word.bank"),
  }, (fields) => agreed(one, fields));

const change = (one, terms) =>
  agree(one, {
    title: say("console.terms-change"),
    what: say("console.terms-change-what", { currency: one.currency }),
    fields: (wrong) => html`<${Agreement} terms=${terms} currency=${one.currency} wrong=${wrong} />`,
  }, (fields) => agreed(one, fields));

/** All else stays as it was agreed. */
const changeBank = (one, { schedule, cut_off, minimum, reserve, bank_account }) =>
  agree(one, {
    title: say("console.bank-change"),
    what: say("console.bank-change-what", { account: bank_account }),
    fields: (wrong) => html`<${Account} wrong=${wrong} />`,
    word: say("console.word.bank"),
    go: say("console.bank-change"),
  }, (fields) => ({ ...fields, schedule, cut_off, minimum, reserve }));

function payOut(one, terms) {
  const key = newKey();
  const account = one.account.peek().data;
  ask({
    title: say("console.pay-out"),
    what: say("console.pay-out-what", { account: terms.bank_account, next: account ? nextPayout(terms, account) : "" }),
    plain: true,
    word: say("console.word.pay-out"),
    go: say("console.pay-out"),
    done: say("console.paid-out"),
    act: async () => go(`/payouts/${(await call("POST", `/v1/merchants/${one.merchant}/payouts`, { key, body: { currency: one.currency } })).id}`),
  });
}

const money = (key) => ({ key, number: true, cell: (row) => shownMoney(row[key], row.currency), text: (row) => major(row[key], row.currency) });
const time = (key) => ({ key, cell: (row) => html`<${Moment} at=${row[key]} />`, text: (row) => row[key] ?? "" });
const id = { key: "id", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id };
export const PAYOUTS = [
  time("created_at"),
  id,
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  money("amount"),
  CURRENCY,
  { key: "schedule", cell: (row) => what(row.schedule), text: (row) => row.schedule },
  { key: "bank", cell: (row) => row.processor, text: (row) => row.processor },
  { key: "expected_on", cell: (row) => row.expected_on, text: (row) => row.expected_on },
  time("ended_at"),
  { key: "failure", cell: (row) => failure(row), text: (row) => row.reason ?? "" },
];
export const SETTLEMENTS = [
  time("at"),
  id,
  { key: "lines", number: true, cell: (row) => shownNumber(row.lines), text: (row) => row.lines },
  money("gross"),
  money("fees"),
  money("net"),
  CURRENCY,
];

/** Why a payout failed, in words where we have them: banks have words of their own. */
export const failure = ({ reason }) => (reason ? sayOr(`console.failure.${reason}`, reason) : "");
