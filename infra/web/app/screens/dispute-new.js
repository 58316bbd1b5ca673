/** Disputing a payment: what is wrong, how much of it, in one's own words; what happens then is said before. */
import { PATH, REASONS } from "/app/disputes.js";
import { digits, money, readMoney, say } from "/shared/language.js";
import { Field, Form, Heading, job, Shown, Submit, Trouble, Up, wrong } from "/shared/parts.js";
import { newKey } from "/shared/door.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ params }) {
  const path = `/v1/payments/${encodeURIComponent(params.id)}`;
  const [payment, key] = [see(path), newKey()];
  const begin = job(async ({ reason, amount, text }) => {
    const one = payment.peek().data;
    const body = { reason, text: text.trim(), amount: within(amount, one) };
    const begun = await call("POST", `${path}/disputes`, { key, body }).finally(() => lookAgain(path, PATH));
    goInstead(`/disputes/${begun.id}`);
  });
  return { title: () => say("dispute.new.title"), view: () => html`<${New} payment=${payment} begin=${begin} id=${params.id} />` };
}

const leftOf = (one) => one.captured - one.refunded;
const typed = (one) => (leftOf(one) / 10 ** digits(one.currency)).toFixed(digits(one.currency));

/** Throws Trouble unless so much of it can be disputed. */
function within(text, one) {
  const amount = readMoney(text, one.currency);
  if (!(amount > 0 && amount <= leftOf(one))) throw new Trouble("dispute.amount.wrong", { most: money(leftOf(one), one.currency) });
  return amount;
}

const New = ({ payment, begin, id }) => html`
  <${Up} path=${`/payments/${id}`}>${say("receipt.title")}<//>
  <${Heading}>${say("dispute.new.title")}<//>
  <p>${say("dispute.new.lead")}</p>
  <${Shown} of=${payment} lines=${5}>${(one) => html`<${Ask} one=${one} begin=${begin} />`}<//>
`;

const Ask = ({ one, begin }) => html`
  <${Form} job=${begin}>
    <fieldset class="choices">
      <legend>${say("dispute.reason")}</legend>
      ${REASONS.map((reason, place) => html`<label key=${reason} class="choice"><input type="radio" name="reason" value=${reason} defaultChecked=${place === 0} /><span>${say(`dispute.reason.${reason}`)}</span></label>`)}
    </fieldset>
    <${Field} name="amount" label=${say("dispute.amount.label", { currency: one.currency })} hint=${say("dispute.amount.hint", { most: money(leftOf(one), one.currency) })} problem=${wrong(begin.problem.value, "amount")} inputmode="decimal" autocomplete="off" defaultValue=${typed(one)} required />
    <${Field} name="text" label=${say("dispute.text")} hint=${say("dispute.text.hint")} problem=${wrong(begin.problem.value, "text")} autocomplete="off" maxlength="500" required />
    <ul class="facts"><li>${say("dispute.means.aside")}</li><li>${say("dispute.means.clock")}</li><li>${say("dispute.means.decide")}</li></ul>
    <${Submit} job=${begin} kind="main">${say("dispute.new.go")}<//>
  <//>
`;
