/** A shared bill: who has paid, reminding and closing for whoever made it; paying or declining for whoever is asked. */
import { wrongAmount } from "/app/amounts.js";
import { PATH, payPart, standing } from "/app/bills.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { TopUpFirst } from "/app/paying.js";
import { Sure, sure } from "/app/sure.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { digits, money, readMoney, say, shownMoney } from "/shared/language.js";
import { announce, Button, Dialog, Facts, Field, Form, Heading, Icon, job, Money, Problem, Shown, Trouble, Up, When } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 10_000;
const MARKS = { open: "clock", paid: "check", declined: "back", closed: "back", expired: "back" };

export function open({ params }) {
  const path = `${PATH}/${encodeURIComponent(params.id)}`;
  const bill = see(path);
  const step = (what, said) => async () => {
    await call("POST", `${path}/${what}`, { body: {} }).finally(() => lookAgain(PATH));
    announce(say(said));
  };
  const state = {
    bill,
    form: newKey(),
    mine: wallets(),
    typed: signal(null),
    refused: signal(""),
    asked: signal(null),
    look: job((wish) => {
      state.refused.value = wrongOf(wish);
      if (!state.refused.peek()) state.asked.value = wish.amount;
    }),
    remind: job(() => step("reminders", "bill.reminded")().catch(tooSoon)),
    close: sure(step("close", "bill.closed")),
    decline: sure(step("decline", "bill.declined")),
  };
  const stop = watch(() => (see(path), wallets()), EVERY_MS);
  return { title: () => titleOf(bill.value.data), view: () => html`<${Bill} ...${state} />`, close: stop };
}

/** A day's wait is no matter of minutes. */
function tooSoon(problem) {
  throw problem.answer?.body?.code === "too-many-requests" ? new Trouble("bill.reminded-already") : problem;
}

/** What is wrong with the amount, in words; "" if nothing is. */
function wrongOf({ text, amount, left, currency }) {
  if (!amount) return wrongAmount(text, currency);
  return amount > left ? say("bill.too-much", { left: money(left, currency) }) : "";
}

function titleOf(bill) {
  if (!bill) return say("bill.title");
  const mine = bill.direction === "out";
  const amount = money(mine ? bill.amount : bill.parts[0].amount, bill.currency);
  return mine ? say("bill.title.mine", { amount }) : say("bill.title.asked", { amount, name: bill.name });
}

const Bill = ({ bill, ...of }) => html`
  <${Up} path="/bills">${say("bills.title")}<//>
  <${Shown} of=${bill}>
    ${(one) => html`
      <${Heading}>${titleOf(one)}<//>
      <p class=${standing(one) === "paid" ? "good" : "note"} role="status"><${Icon} name=${MARKS[standing(one)]} /> ${say(`bill.${one.direction}.${standing(one)}`)}</p>
      ${one.direction === "out" ? html`<${Progress} one=${one} ...${of} />` : html`<${Asked} one=${one} ...${of} />`}
      <${Facts} of=${[
        [say("bill.note"), one.note],
        [say("bill.whole"), one.direction === "in" && shownMoney(one.amount, one.currency)],
        [say("bill.since"), html`<${When} at=${one.created_at} />`],
        [say("bill.until"), one.status === "open" && html`<${When} at=${one.expires_at} />`],
      ]} />
    `}
  <//>
`;

/** How far it is: what has come of all that was asked, and who owes what. */
function Progress({ one, remind, close }) {
  const paid = one.parts.reduce((sum, { amount, left, status }) => sum + (status === "declined" ? 0 : amount - left), 0);
  const known = { paid: money(paid, one.currency), asked: money(one.asked, one.currency) };
  return html`
    <section class="card" aria-label=${say("bill.progress")}>
      <p><strong>${say("bill.paid-of", known)}</strong></p>
      <progress value=${paid / one.asked} aria-label=${say("bill.progress")}></progress>
    </section>
    <ul class="rows card" aria-label=${say("bill.people")}>
      ${one.parts.map((part, place) => html`
        <li key=${place} class="thing beside"><span class="row-words"><strong>${part.name}</strong><small>${say(`bill.part.${part.status}`, { left: money(part.left, one.currency) })}</small></span><${Money} amount=${part.amount} currency=${one.currency} /></li>`)}
    </ul>
    ${one.status === "open" && html`
      <${Problem} of=${remind.problem.value} />
      <p><${Button} kind="main" job=${remind} onClick=${remind.run}>${say("bill.remind")}<//></p>
      <p><button type="button" class="secondary wide" onClick=${() => close.ask(one)}>${say("bill.close")}</button></p>
      <${Sure} of=${close} title=${say("bill.close.sure")} go=${say("bill.close.go")}>${say("bill.close.means")}<//>`}
  `;
}

/** My part: all of it is offered, and less can be typed. */
function Asked({ one, mine, ...of }) {
  const [part] = one.parts;
  if (standing(one) !== "open") return null;
  return html`
    ${one.new_payee && html`<${Stranger} name=${one.name} />`}
    <${Shown} of=${mine}>${({ data }) => html`<${Pay} one=${one} part=${part} wallet=${data.find(({ currency }) => currency === one.currency)} ...${of} />`}<//>
    <p><button type="button" class="secondary wide" onClick=${() => of.decline.ask(one)}>${say("bill.decline")}</button></p>
    <${Sure} of=${of.decline} title=${say("bill.decline.sure")} go=${say("bill.decline.go")}>${say("bill.decline.means", { name: one.name })}<//>
  `;
}

const Stranger = ({ name }) => html`
  <aside class="note" aria-label=${say("bill.new-payee")}>
    <strong>${say("bill.new-payee")}</strong>
    <p>${say("bill.new-payee.means", { name })}</p>
  </aside>
`;

const plain = (minor, currency) => (minor / 10 ** digits(currency)).toFixed(digits(currency));

function Pay({ one, part, wallet, form, typed, refused, asked, look }) {
  if (!wallet || wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  const { currency } = one;
  const text = typed.value ?? plain(part.left, currency);
  const amount = readMoney(text, currency);
  const sent = { ...look, run: () => look.run({ text, amount, left: part.left, currency }) };
  const missing = amount ? amount - wallet.available : 0;
  return html`
    <p>${say("bill.left", { left: money(part.left, currency), available: money(wallet.available, currency) })}</p>
    <${Form} job=${sent}>
      <${Field} name="amount" label=${say("bill.amount.mine", { currency })} problem=${refused.value} inputmode="decimal" autocomplete="off" value=${text} onInput=${(event) => ((typed.value = event.target.value), (refused.value = ""))} required />
      ${missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then=${`/bills/${one.id}`} />` : html`<button class="main">${say("bill.pay", { amount: money(amount ?? 0, currency) })}</button>`}
    <//>
    ${asked.value && html`<${Last} one=${one} wallet=${wallet} form=${form} asked=${asked} />`}
  `;
}

/** Asked twice: what is paid is gone at once. */
function Last({ one, wallet, form, asked }) {
  const amount = money(asked.value, one.currency);
  return html`
    <${Dialog} title=${say("bill.pay.sure", { amount, name: one.name })} onClose=${() => (asked.value = null)}>
      ${one.new_payee && html`<p class="note"><strong>${say("bill.new-payee")}</strong></p>`}
      <${Facts} of=${[
        [say("bill.note"), one.note],
        [say("fact.fee"), say("fact.fee.none")],
        [say("fact.after"), shownMoney(wallet.available - asked.value, one.currency)],
      ]} />
      <p>${say("bill.pay.means")}</p>
      <${Button} kind="wide" onClick=${() => goInstead(`/results/${payPart(one, asked.value, form, wallet.id)}`)}>${say("bill.pay", { amount })}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = null)}>${say("shared.cancel")}<//>
    <//>
  `;
}
