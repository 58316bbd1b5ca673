/** The first screen: how much, on keys that a thumb finds; then the customer's code, or a code for the customer. */
import { chargeIn, currencies, currency } from "/till/staff.js";
import { newReference } from "/till/sales.js";
import { digits, isTooFine, readMoney, say, shownMoney } from "/shared/language.js";
import { Field, Heading, Icon } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

const [LONGEST, DOT, BACK] = [10, ".", "back"];
const KEYS = [..."123456789", DOT, "0", BACK];

export function open({ query }) {
  const typed = signal(query.amount ?? "");
  const reference = signal(query.reference ?? "");
  const problem = signal("");
  const view = () => html`<${Amount} typed=${typed} reference=${reference} problem=${problem} />`;
  return { title: () => say("till.amount.title"), view };
}

function Amount({ typed, reference, problem }) {
  const unit = currency.value;
  const amount = readMoney(typed.value || "0", unit) ?? 0;
  const change = (text) => {
    problem.value = "";
    typed.value = text.slice(0, LONGEST);
  };
  const press = (key) => {
    const next = key === BACK ? typed.value.slice(0, -1) : key === DOT && typed.value.includes(DOT) ? typed.value : typed.value + key;
    if (!isTooFine(next, unit)) change(next);
  };
  const goOn = (path) => {
    problem.value = amount > 0 ? "" : say(isTooFine(typed.value, unit) ? "till.amount.too-fine" : "till.amount.wrong");
    if (problem.value) return document.getElementById("amount").focus();
    const sale = new URLSearchParams({ amount, currency: unit, reference: reference.value.trim() || newReference() });
    go(`${path}?${sale}`);
  };
  return html`
    <${Heading}>${say("till.amount.title")}<//>
    ${currencies().length > 1 && html`
      <div class="chips" role="group" aria-label=${say("till.currency")}>
        ${currencies().map((one) => html`<button type="button" key=${one} aria-pressed=${one === unit} onClick=${() => (chargeIn(one), change(""))}>${one}</button>`)}
      </div>`}
    <form class="keypad" novalidate onSubmit=${(event) => (event.preventDefault(), goOn("/scan"))}>
      <label class="field amount" for="amount"><span>${say("till.amount.label", { currency: unit })}</span>
        <input id="amount" name="amount" inputmode="none" autocomplete="off" placeholder=${shownMoney(0, unit)} value=${typed.value} aria-invalid=${problem.value ? "true" : undefined} aria-describedby=${problem.value ? "amount-about" : undefined} onInput=${(event) => change(event.target.value)} />
        ${problem.value && html`<small id="amount-about" class="wrong" role="alert">${problem.value}</small>`}
      </label>
      <div class="keys" role="group" aria-label=${say("till.amount.keys")}>
        ${KEYS.map((key) => html`<${Key} key=${key} of=${key} press=${press} idle=${key === DOT && !digits(unit)} />`)}
      </div>
      <button class="main tall"><${Icon} name="pay" />${amount ? say("till.amount.scan-of", { amount: shownMoney(amount, unit) }) : say("till.amount.scan")}</button>
      <button type="button" class="secondary" onClick=${() => goOn("/qr")}>${say("till.amount.qr")}</button>
    </form>
    <details class="more">
      <summary>${say("till.amount.reference")}</summary>
      <${Field} name="reference" label=${say("till.amount.reference")} hint=${say("till.amount.reference-hint")} maxlength="64" autocomplete="off" value=${reference.value} onInput=${(event) => (reference.value = event.target.value)} />
    </details>
  `;
}

const Key = ({ of: key, press, idle }) => html`
  <button type="button" class="secondary" data-key=${key} disabled=${idle} aria-label=${key === BACK ? say("till.amount.back") : key === DOT ? say("till.amount.dot") : undefined} onClick=${() => press(key)}>${key === BACK ? "⌫" : key}</button>
`;
