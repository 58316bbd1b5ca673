/** A loan: how much, what each plan would cost, and a yes once all of it was read. */
import { wrongAmount } from "/app/amounts.js";
import { borrow, leftOf, line } from "/app/credit.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { begunQuotes, LEAST, Quotes } from "/app/quotes.js";
import "/app/screens/result.js";
import { money, readMoney, say } from "/shared/language.js";
import { Field, Form, Heading, job, Shown, Submit, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const state = { mine: wallets(), credit: line(), quotes: begunQuotes("cash"), typed: signal(""), wrong: signal("") };
  const look = job(async (amount, currency, left) => {
    state.wrong.value = wrongOf(amount, currency, left, state.typed.peek());
    if (!state.wrong.peek()) await state.quotes.asking.run(amount, currency);
  });
  return { title: () => say("loan.title"), view: () => html`<${Loan} look=${look} ...${state} />`, close: state.quotes.close };
}

/** What is wrong with the amount, in words; "" if nothing is. */
function wrongOf(amount, currency, left, text) {
  if (!amount) return wrongAmount(text, currency);
  if (amount < LEAST) return say("loan.least", { least: money(LEAST, currency) });
  return amount > left ? say("loan.most", { left: money(left, currency) }) : "";
}

const Loan = ({ mine, credit, ...of }) => html`
  <${Up} path="/credit">${say("line.title")}<//>
  <${Heading}>${say("loan.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data: [wallet] }) => html`
    <${Shown} of=${credit} lines=${2}>${() => {
      const left = leftOf(credit, wallet.currency);
      if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
      return left ? html`<${Amount} wallet=${wallet} left=${left} ...${of} />` : html`<p class="note" role="status">${say("loan.no-line")}</p><p><a class="button main" href="#/credit">${say("line.title")}</a></p>`;
    }}<//>`}<//>
`;

function Amount({ wallet, left, look, quotes, typed, wrong }) {
  const { currency } = wallet;
  const amount = readMoney(typed.value, currency);
  const type = (text) => ((typed.value = text), (wrong.value = ""));
  const agree = (view) => goInstead(`/results/${borrow(view, wallet.id)}`);
  return html`
    <p>${say("loan.lead")}</p>
    <${Form} job=${{ ...look, run: () => look.run(amount, currency, left) }}>
      <${Field} name="amount" label=${say("loan.amount", { currency })} hint=${say("loan.between", { least: money(LEAST, currency), left: money(left, currency) })} problem=${wrong.value} inputmode="decimal" autocomplete="off" value=${typed.value} onInput=${(event) => type(event.target.value)} />
      <${Submit} job=${look} kind="secondary">${say("quote.see")}<//>
    <//>
    <${Quotes} state=${quotes} amount=${amount} agree=${agree} go=${() => say("loan.agree", { amount: money(amount, currency) })} />
  `;
}
