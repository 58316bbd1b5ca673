/** Withdrawing: how much, to which of the ways, and a last look at what it costs and when it arrives. */
import { wrongAmount } from "/app/amounts.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { cools, methods, offered, shownMethod, withdraw } from "/app/withdrawing.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, shownMoment, shownMoney, shownSpan } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { watch } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const form = newKey();
  const state = { mine: wallets(), known: methods(), terms: offered(), typed: signal(""), wrong: signal(""), chosen: signal(""), asked: signal(null) };
  const look = job((wish) => {
    state.wrong.value = wrongOf(wish);
    if (!state.wrong.peek()) state.asked.value = wish;
  });
  const go = () => goInstead(`/results/${withdraw({ ...state.asked.peek(), form })}`);
  const close = watch(() => (wallets(), methods()), EVERY_MS);
  return { title: () => say("withdraw.title"), view: () => html`<${Withdraw} look=${look} go=${go} ...${state} />`, close };
}

/** What is wrong with the amount, in words; "" if nothing is. */
function wrongOf({ text, amount, wallet, least, most }) {
  const { currency, available } = wallet;
  if (!amount) return wrongAmount(text, currency);
  if (amount < least) return say("withdraw.amount.least", { least: money(least, currency) });
  if (amount > available) return say("withdraw.amount.available", { available: money(available, currency) });
  return amount > most ? say("withdraw.amount.most", { most: money(most, currency) }) : "";
}

const Withdraw = ({ mine, known, ...of }) => html`
  <${Heading}>${say("withdraw.title")}<//>
  <${Shown} of=${mine}>
    ${({ data: [wallet] }) => wallet.status === "frozen"
      ? html`<${Frozen} wallet=${wallet} />`
      : html`<${Shown} of=${known}>${({ data }) => html`<${Ways} wallet=${wallet} ways=${data} ...${of} />`}<//>`}
  <//>
`;

/** Until there is one that money may leave for, there is nothing to fill in. */
function Ways({ ways, ...of }) {
  const usable = ways.filter((one) => !cools(one));
  if (usable.length) return html`<${Amount} ways=${ways} way=${usable.find((one) => one.id === of.chosen.value) ?? usable[0]} ...${of} />`;
  const first = ways.map((one) => one.usable_at).sort()[0];
  return html`
    <p class="note" role="status">${first ? say("withdraw.cooling", { at: shownMoment(first) }) : say("withdraw.no-way")}</p>
    <p><a class="button main" href="#/withdraw/ways">${say(first ? "ways.title" : "ways.add")}</a></p>
  `;
}

function Amount({ wallet, ways, way, terms, typed, wrong, chosen, asked, look, go }) {
  const { currency, available } = wallet;
  const { least = 1, most = available } = terms.value.data?.data.find((one) => one.currency === currency) ?? {};
  const amount = readMoney(typed.value, currency);
  const type = (text) => ((typed.value = text), (wrong.value = ""));
  const sent = { ...look, run: () => look.run({ text: typed.value, amount, wallet, least, most, method: way }) };
  const all = Math.min(available, most);
  return html`
    <p>${say("topup.balance", { available: money(available, currency) })}</p>
    <${Form} job=${sent}>
      <${Field} name="amount" label=${say("topup.amount", { currency })} inputmode="decimal" autocomplete="off" value=${typed.value} problem=${wrong.value} hint=${say("withdraw.between", { least: money(least, currency), most: money(most, currency) })} onInput=${(event) => type(event.target.value)} />
      <div class="chips" role="group" aria-label=${say("topup.amounts")}>
        <button type="button" aria-pressed=${amount === all ? "true" : "false"} disabled=${all < least} onClick=${() => type(plain(all, currency))}>${say(all < available ? "withdraw.most" : "withdraw.all", { amount: money(all, currency) })}</button>
      </div>
      <fieldset>
        <legend>${say("withdraw.to")}</legend>
        ${ways.map((one) => html`
          <label key=${one.id} class="choice"><input type="radio" name="way" value=${one.id} checked=${way.id === one.id} disabled=${cools(one)} onChange=${() => (chosen.value = one.id)} /><span>${shownMethod(one)}${cools(one) && html`<small>${say("ways.from", { at: shownMoment(one.usable_at) })}</small>`}</span></label>`)}
      </fieldset>
      <button class="main">${amount ? say("withdraw.go", { amount: money(amount, currency) }) : say("withdraw.title")}</button>
    <//>
    <p><a href="#/withdraw/ways">${say("ways.title")}</a></p>
    ${asked.value && html`<${Sure} of=${asked} offers=${terms.value.data?.data} go=${go} />`}
  `;
}

const plain = (minor, currency) => (minor / 10 ** digits(currency)).toFixed(digits(currency));

/** As this way usually does; until enough went this way to say, what is known of all. */
function arrives(offers, { processor }) {
  const seconds = offers?.find((one) => one.processor === processor)?.usual_seconds;
  return seconds ? say("withdraw.arrives.usually", { time: shownSpan(seconds) }) : say("withdraw.arrives.when");
}

/** The last look before it leaves. */
function Sure({ of: asked, offers, go }) {
  const { amount, wallet, method } = asked.value;
  const sum = money(amount, wallet.currency);
  return html`
    <${Dialog} title=${say("withdraw.sure", { amount: sum })} onClose=${() => (asked.value = null)}>
      <${Facts} of=${[
        [say("withdraw.to"), shownMethod(method)],
        [say("fact.fee"), say("fact.fee.none")],
        [say("fact.after"), shownMoney(wallet.available - amount, wallet.currency)],
        [say("withdraw.arrives"), arrives(offers, method)],
      ]} />
      <${Button} kind="wide" onClick=${go}>${say("withdraw.go", { amount: sum })}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = null)}>${say("shared.cancel")}<//>
    <//>
  `;
}
