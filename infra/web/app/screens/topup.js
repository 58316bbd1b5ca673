/** Topping up: how much, into which wallet, through which bank. */
import { wrongAmount } from "/app/amounts.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { ChooseBonus, taken } from "/app/offered.js";
import { bonusOffers } from "/app/owned.js";
import { topUp } from "/app/paying.js";
import { ANY, offersOf, usually, waysOf } from "/app/processors.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, sayOr, shownMoment, shownMoney } from "/shared/language.js";
import { Field, Form, Heading, job, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

/** What kind it is, from which amount on, and how it does just now. */
const hintOf = ({ method, least, ...how }, currency) =>
  [sayOr(`way.${method}`, ""), least > 1 && say("way.least", { least: money(least, currency) }), doing(how)]
    .filter(Boolean).join(" · ");
function doing({ works, rests, seconds }) {
  if (rests) return say("way.rests", { until: shownMoment(rests) });
  return works ? seconds && usually(seconds) : say("way.troubled");
}
const CHIPS = [50, 100, 200, 500];

export function open({ query }) {
  const form = newKey();
  const mine = wallets();
  const typed = signal(query.amount ? { minor: Number(query.amount) } : { text: "" });
  const wrong = signal(false);
  const chosen = signal("");
  const offers = signal({});
  const [bonus_offers, bonus] = [bonusOffers(), signal(query.bonus ?? "")];
  const stop = effect(() => {
    const currencies = (mine.value.data?.data ?? []).map((one) => one.currency);
    untracked(() => (offers.value = Object.fromEntries(currencies.map((one) => [one, see(offersOf(one))]))));
  });
  const start = job((wallet) => {
    const amount = minorOf(typed.peek(), wallet.currency);
    const bonusTaken = taken(offeredIn(bonus_offers, wallet), bonus.peek(), amount);
    wrong.value = !amount || (bonusTaken && !bonusTaken.brings);
    if (wrong.peek()) return;
    const { sent } = chosenOf(waysOf(offers.peek()[wallet.currency]?.peek().data), chosen.peek());
    goInstead(`/results/${topUp({ wallet, amount, way: sent, bonus: bonusTaken, form, then: query.then })}`);
  });
  const state = { mine, typed, wrong, chosen, offers, bonus_offers, bonus, start, currency: query.currency };
  return { title: () => say("topup.title"), view: () => html`<${TopUp} ...${state} />`, close: stop };
}

const offeredIn = (offers, { currency }) => (offers.value.data?.data ?? []).filter((one) => one.currency === currency && !one.taken);
const chosenOf = (ways, name) => ways.find((one) => one.name === name) ?? ANY;
const minorOf = ({ minor, text }, currency) => minor ?? readMoney(text, currency);
const textOf = ({ minor, text }, currency) => text ?? (minor / 10 ** digits(currency)).toFixed(digits(currency));

const TopUp = ({ mine, currency, ...form }) => html`
  <${Heading}>${say("topup.title")}<//>
  <${Shown} of=${mine}>
    ${({ data }) => html`<${Amount} wallet=${data.find((one) => one.currency === currency) ?? data[0]} ...${form} />`}
  <//>
`;

function Amount({ wallet, typed, wrong, chosen, offers, bonus_offers, bonus, start }) {
  const { currency } = wallet;
  const amount = minorOf(typed.value, currency);
  const ways = waysOf(offers.value[currency]?.value.data);
  const offered = offeredIn(bonus_offers, wallet);
  const mine = taken(offered, bonus.value, amount);
  const why = !amount ? wrongAmount(textOf(typed.value, currency), currency) : mine && !mine.brings ? say("bonus.too-little", { least: money(mine.least, currency) }) : "";
  const sent = { ...start, run: () => start.run(wallet) };
  return html`
    <p>${say("topup.balance", { available: money(wallet.available, currency) })}</p>
    <${Frozen} wallet=${wallet} />
    <${Form} job=${sent}>
      <div class="chips" role="group" aria-label=${say("topup.amounts")}>
        ${CHIPS.map((whole) => whole * 10 ** digits(currency)).map((minor) => html`
          <button type="button" aria-pressed=${minor === amount ? "true" : "false"} onClick=${() => ((typed.value = { minor }), (wrong.value = false))}>${shownMoney(minor, currency).replace(/[.,]00$/, "")}</button>`)}
      </div>
      <${Field} name="amount" label=${say("topup.amount", { currency })} inputmode="decimal" autocomplete="off" value=${textOf(typed.value, currency)} problem=${wrong.value ? why : ""} onInput=${(event) => (typed.value = { text: event.target.value })} />
      <${ChooseBonus} offers=${offered} chosen=${bonus} amount=${amount} />
      <fieldset>
        <legend>${say("topup.way")}</legend>
        <${Choice} way=${ANY} chosen=${chosen} title=${say("way.any")} about=${say("way.any.hint")} />
        ${ways.map((one) => html`<${Choice} key=${one.name} way=${one} chosen=${chosen} title=${sayOr(`processor.${one.processor}`, one.processor)} about=${hintOf(one, currency)} />`)}
      </fieldset>
      <button class="main">${amount ? say("topup.go", { amount: money(amount, currency) }) : say("topup.go.none")}</button>
    <//>
  `;
}

const Choice = ({ way: { name }, chosen, title, about }) => html`
  <label class="choice"><input type="radio" name="way" value=${name} checked=${(chosen.value || ANY.name) === name} onChange=${() => (chosen.value = name)} /><span>${title}<small>${about}</small></span></label>
`;
