/** Buying a gift card: how it looks, how much, a word with it, and a last look before it is paid. */
import { wrongAmount } from "/app/amounts.js";
import { isLong } from "/app/drafts.js";
import { buy, DESIGNS, draft, Face } from "/app/gifts.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { TopUpFirst } from "/app/paying.js";
import "/app/screens/result.js";
import { money, readMoney, say, shownMoney } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Shown, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = draft();
  const [mine, refused, asked] = [wallets(), signal({}), signal(null)];
  const ask = job((wallet) => {
    const wish = { amount: readMoney(of.amount.peek(), wallet.currency), currency: wallet.currency, design: of.design.peek(), message: of.message.peek().trim() };
    refused.value = wrongOf(of, wish, wallet);
    if (!Object.values(refused.peek()).some(Boolean)) asked.value = wish;
  });
  const go = (wallet) => goInstead(`/results/${buy(of.form, asked.peek(), wallet)}`);
  return { title: () => say("gift.new.title"), view: () => html`<${New} mine=${mine} ...${{ of, refused, asked, ask, go }} />` };
}

/** {amount, message}: what is wrong with each, in words. */
function wrongOf(of, { amount, message }, { available, currency }) {
  const found = { message: isLong(message) && say("gift.message.long") };
  if (!amount) return { ...found, amount: wrongAmount(of.amount.peek(), currency) };
  return { ...found, amount: amount > available && say("gift.amount.available", { available: money(available, currency) }) };
}

const New = ({ mine, ...of }) => html`
  <${Up} path="/gift-cards">${say("gifts.title")}<//>
  <${Heading}>${say("gift.new.title")}<//>
  <p>${say("gift.new.lead")}</p>
  <${Shown} of=${mine}>${({ data: [wallet] }) => (wallet.status === "frozen" ? html`<${Frozen} wallet=${wallet} />` : html`<${Make} wallet=${wallet} ...${of} />`)}<//>
`;

function Make({ wallet, of, refused, asked, ask, go }) {
  const { currency, available } = wallet;
  const amount = readMoney(of.amount.value, currency);
  const missing = amount ? amount - available : 0;
  const type = (part) => (event) => ((of[part].value = event.target.value), (refused.value = {}));
  return html`
    <${Face} of=${{ design: of.design.value, amount: amount ?? 0, currency, message: of.message.value.trim() }} />
    <fieldset class="designs">
      <legend>${say("gift.design")}</legend>
      ${DESIGNS.map((one) => html`
        <label key=${one} class="choice"><input type="radio" name="design" value=${one} checked=${of.design.value === one} onChange=${() => (of.design.value = one)} /><span>${say(`gift.design.${one}`)}</span></label>`)}
    </fieldset>
    <${Form} job=${{ ...ask, run: () => ask.run(wallet) }}>
      <${Field} name="amount" label=${say("gift.amount", { currency })} hint=${say("topup.balance", { available: money(available, currency) })} problem=${refused.value.amount} inputmode="decimal" autocomplete="off" value=${of.amount.value} onInput=${type("amount")} required />
      <${Field} name="message" label=${say("gift.message")} hint=${say("gift.message.hint")} problem=${refused.value.message} autocomplete="off" maxlength="100" value=${of.message.value} onInput=${type("message")} />
      ${missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then="/gift-cards/new" />` : html`<button class="main">${amount ? say("gift.go", { amount: money(amount, currency) }) : say("gift.go.none")}</button>`}
    <//>
    ${asked.value && html`<${Sure} asked=${asked} wallet=${wallet} go=${go} />`}
  `;
}

/** The last look before it is paid. */
function Sure({ asked, wallet, go }) {
  const { amount, currency, design, message } = asked.value;
  const sum = money(amount, currency);
  return html`
    <${Dialog} title=${say("gift.sure", { amount: sum })} onClose=${() => (asked.value = null)}>
      <${Facts} of=${[
        [say("gift.design"), say(`gift.design.${design}`)],
        [say("gift.message"), message],
        [say("fact.fee"), say("fact.fee.none")],
        [say("fact.after"), shownMoney(wallet.available - amount, currency)],
      ]} />
      <p>${say("gift.sure.means")}</p>
      <${Button} kind="wide" onClick=${() => go(wallet)}>${say("gift.go", { amount: sum })}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = null)}>${say("shared.cancel")}<//>
    <//>
  `;
}
