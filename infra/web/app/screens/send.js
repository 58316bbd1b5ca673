/** Sending money to a person: to whom, who that is, how much and when, and a last look before it leaves. */
import { wrongAmount } from "/app/amounts.js";
import { isLong, look } from "/app/drafts.js";
import { mode, wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { TopUpFirst } from "/app/paying.js";
import { anew, arrives, DELAYS, draft, send } from "/app/sending.js";
import "/app/screens/result.js";
import { money, readMoney, say, shownMoney } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Shown, Submit, wrong } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = draft();
  const [mine, refused, asked] = [wallets(), signal({}), signal(false)];
  const to = (step) => {
    of.step.value = step;
    refused.value = {};
    requestAnimationFrame(() => document.querySelector("main h1")?.focus());
    scrollTo(0, 0);
  };
  const who = job(async () => {
    of.check.value = await look(of.who.peek(), mode.peek() === "easy" ? "" : of.name.peek());
    to(mode.peek() === "easy" ? "them" : "amount");
  });
  const sure = job((wallet, amount) => {
    refused.value = { amount: wrongOf(wallet, amount, of.amount.peek()), note: isLong(of.note.peek()) && say("send.note.long") };
    asked.value = !refused.peek().amount && !refused.peek().note;
  });
  const go = (wallet, amount) => {
    const { form, check, note, delay } = of;
    goInstead(`/results/${send({ form, check: check.peek(), note: note.peek(), delay: delay.peek() }, wallet, amount)}`);
  };
  const state = { of, mine, refused, asked, who, sure, to, go };
  return { title: () => titleOf(of), view: () => html`<${Send} ...${state} />` };
}

/** What is wrong with the amount, in words; "" if nothing is. */
function wrongOf({ available, currency }, amount, text) {
  if (!amount) return wrongAmount(text, currency);
  return amount > available ? say("send.amount.available", { available: money(available, currency) }) : "";
}

const STEPS = { who: Who, them: Them, amount: Amount };
const titleOf = ({ step, check }) => (step.value === "amount" && check.value ? say("send.to", { name: check.value.name }) : say(`send.title.${step.value}`));

const Send = ({ mine, ...of }) => html`
  <${Heading}>${titleOf(of.of)}<//>
  <${Shown} of=${mine}>${({ data }) => html`<${Step} all=${data} ...${of} />`}<//>
`;

/** Each where the check says: the wallet is the one in the payee's currency. */
function Step({ all, ...of }) {
  const { step, check } = of.of;
  const wallet = all.find((one) => one.currency === check.value?.currency) ?? (check.value ? null : all[0]);
  if (!wallet) return html`<p class="note" role="status">${say("send.no-wallet", { currency: check.value.currency })}</p><${Another} of=${of.of} to=${of.to} />`;
  if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  return html`<${STEPS[step.value]} wallet=${wallet} ...${of} />`;
}

/** In the easy mode one question alone. */
function Who({ of, who }) {
  const easy = mode.value === "easy";
  const refused = wrong(who.problem.value, "identifier");
  return html`
    <p>${say(easy ? "send.lead.easy" : "send.lead")}</p>
    <${Form} job=${who}>
      <${Field} name="identifier" label=${say("send.who")} hint=${say("send.who.hint")} problem=${refused} value=${of.who.value} onInput=${(event) => (of.who.value = event.target.value)} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="254" required />
      ${!easy && html`<${Field} name="known" label=${say("send.name")} hint=${say("send.name.hint")} value=${of.name.value} onInput=${(event) => (of.name.value = event.target.value)} autocomplete="off" maxlength="64" />`}
      <${Submit} job=${who}>${say("send.look")}<//>
    <//>
    ${!easy && html`<p><a href="#/packets">${say("packet.instead")}</a></p>`}
  `;
}

/** Who it is, and what that means for what is sent: how well the name fits, whether they are new, whether they have an account. */
const Payee = ({ check, who }) => html`
  <section class="card bill" aria-label=${say("send.payee")}>
    <p class="label">${say("checkout.to")}</p>
    <p class="payee">${check.name}</p>
    ${who && !check.invitation && html`<p><small>${who}</small></p>`}
    ${check.match !== "not-asked" && !check.invitation && html`<p class=${check.match === "exact" ? "good" : "note"}>${say(`send.match.${check.match}`)}</p>`}
  </section>
  ${check.reason && html`
    <aside class="note" aria-label=${say("send.pause")}>
      <strong>${say(check.invitation ? "send.invitation" : "send.pause")}</strong>
      <p>${say(`transfers.reason.${check.reason}`)}</p>
      <p>${say("send.why")}</p>
    </aside>`}
`;

const Another = ({ of, to }) => html`<p><button type="button" class="secondary wide" onClick=${() => (anew(of), to("who"))}>${say("send.another")}</button></p>`;

/** In the easy mode this is a question of its own. */
function Them({ of, to }) {
  return html`
    <${Payee} check=${of.check.value} who=${of.who.value} />
    <p><button type="button" class="wide tall" onClick=${() => to("amount")}>${say("send.them.yes")}</button></p>
    <${Another} of=${of} to=${to} />
  `;
}

function Amount({ of, wallet, refused, asked, sure, to, go }) {
  const { currency, available } = wallet;
  const [easy, check, amount] = [mode.value === "easy", of.check.value, readMoney(of.amount.value, currency)];
  const type = (text) => ((of.amount.value = text), (refused.value = {}));
  const missing = amount ? amount - available : 0;
  return html`
    ${!easy && html`<${Payee} check=${check} who=${of.who.value} />`}
    <p>${say("topup.balance", { available: money(available, currency) })}</p>
    <${Form} job=${{ ...sure, run: () => sure.run(wallet, amount) }}>
      <${Field} name="amount" label=${say("topup.amount", { currency })} inputmode="decimal" autocomplete="off" value=${of.amount.value} problem=${refused.value.amount} onInput=${(event) => type(event.target.value)} required />
      ${!easy && html`<${More} of=${of} check=${check} refused=${refused} />`}
      ${missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then="/send" />` : html`<button class="main">${amount ? say("send.go", { amount: money(amount, currency) }) : say("send.go.none")}</button>`}
    <//>
    <${Another} of=${of} to=${to} />
    ${asked.value && html`<${Sure} asked=${asked} of=${of} check=${check} wallet=${wallet} amount=${amount} go=${go} />`}
  `;
}

/** A word with it; and when, unless it waits for as long as one can choose anyway. */
const More = ({ of: { note, delay }, check, refused }) => html`
  <${Field} name="note" label=${say("send.note")} hint=${say("send.note.hint")} value=${note.value} problem=${refused.value.note} maxlength="100" autocomplete="off" onInput=${(event) => (note.value = event.target.value)} />
  ${!check.delay_hours && html`
    <fieldset>
      <legend>${say("send.when")}</legend>
      ${DELAYS.map((hours) => html`
        <label key=${hours} class="choice"><input type="radio" name="delay" value=${hours} checked=${delay.value === hours} onChange=${() => (delay.value = hours)} /><span>${say(`send.when.${hours}`)}${hours > 0 && html`<small>${say("send.when.hint")}</small>`}</span></label>`)}
    </fieldset>`}
`;

/** The last look before it leaves. */
function Sure({ asked, of, check, wallet, amount, go }) {
  const sum = money(amount, wallet.currency);
  return html`
    <${Dialog} title=${say("send.sure", { amount: sum, name: check.name })} onClose=${() => (asked.value = false)}>
      <${Facts} of=${[
        [say("send.note"), of.note.value.trim()],
        [say("fact.fee"), say("fact.fee.none")],
        [say("send.arrives"), arrives(check, of.delay.value)],
        [say("fact.after"), shownMoney(wallet.available - amount, wallet.currency)],
      ]} />
      ${check.reason && html`<p>${say("send.why")}</p>`}
      <${Button} kind="wide" onClick=${() => go(wallet, amount)}>${say("send.go", { amount: sum })}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = false)}>${say("shared.cancel")}<//>
    <//>
  `;
}
