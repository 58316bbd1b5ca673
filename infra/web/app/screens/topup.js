/** Topping up: how much, into which wallet, which way. */
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { topUp } from "/app/paying.js";
import { WAYS } from "/app/processors.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, shownMoney } from "/shared/language.js";
import { Field, Form, Heading, job, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

const CHIPS = [50, 100, 200, 500];

export function open({ query }) {
  const form = newKey();
  const mine = wallets();
  const typed = signal(query.amount ? { minor: Number(query.amount) } : { text: "" });
  const wrong = signal(false);
  const chosen = signal(WAYS[0].name);
  const start = job((wallet) => {
    const amount = minorOf(typed.peek(), wallet.currency);
    wrong.value = !amount;
    if (!amount) return;
    const way = WAYS.find((one) => one.name === chosen.peek()).sent;
    goInstead(`/results/${topUp({ wallet, amount, way, form, then: query.then })}`);
  });
  const state = { mine, typed, wrong, chosen, start, currency: query.currency };
  return { title: () => say("topup.title"), view: () => html`<${TopUp} ...${state} />` };
}

const minorOf = ({ minor, text }, currency) => minor ?? readMoney(text, currency);
const textOf = ({ minor, text }, currency) => text ?? (minor / 10 ** digits(currency)).toFixed(digits(currency));

const TopUp = ({ mine, currency, ...form }) => html`
  <${Heading}>${say("topup.title")}<//>
  <${Shown} of=${mine}>
    ${({ data }) => html`<${Amount} wallet=${data.find((one) => one.currency === currency) ?? data[0]} ...${form} />`}
  <//>
`;

function Amount({ wallet, typed, wrong, chosen, start }) {
  const { currency } = wallet;
  const amount = minorOf(typed.value, currency);
  const sent = { ...start, run: () => start.run(wallet) };
  return html`
    <p>${say("topup.balance", { available: money(wallet.available, currency) })}</p>
    <${Frozen} wallet=${wallet} />
    <${Form} job=${sent}>
      <div class="chips" role="group" aria-label=${say("topup.amounts")}>
        ${CHIPS.map((whole) => whole * 10 ** digits(currency)).map((minor) => html`
          <button type="button" aria-pressed=${minor === amount ? "true" : "false"} onClick=${() => ((typed.value = { minor }), (wrong.value = false))}>${shownMoney(minor, currency).replace(/[.,]00$/, "")}</button>`)}
      </div>
      <${Field} name="amount" label=${say("topup.amount", { currency })} inputmode="decimal" autocomplete="off" value=${textOf(typed.value, currency)} problem=${wrong.value ? say("topup.amount.wrong") : ""} onInput=${(event) => (typed.value = { text: event.target.value })} />
      <fieldset>
        <legend>${say("topup.way")}</legend>
        ${WAYS.map(({ name }) => html`
          <label key=${name} class="choice"><input type="radio" name="way" value=${name} checked=${chosen.value === name} onChange=${() => (chosen.value = name)} /><span>${say(`way.${name}`)}<small>${say(`way.${name}.hint`)}</small></span></label>`)}
      </fieldset>
      <button class="main">${amount ? say("topup.go", { amount: money(amount, currency) }) : say("topup.go.none")}</button>
    <//>
  `;
}
