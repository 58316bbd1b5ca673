/** The phone: what its owner sees of all this. */
import { running, screen } from "./acts.js";
import { entries, wallet } from "./feed.js";
import { say, shownMoney, shownTime } from "/shared/language.js";
import { inMoney } from "./shop.js";
import { html } from "/shared/ui.js";
import { visitor } from "./visitor.js";

const SHOWN = 4;
const KINDS = { pay: "kind.payment", top: "kind.topup", ref: "kind.refund" };
const MARKS = { paid: "✓", received: "↓", refused: "×", drained: "∅", busy: "", idle: "¥" };

export const Phone = () => html`
  <section class="phone" aria-label=${say("phone.heading")}>
    <div class="glass">
      <p class="hello">${visitor.value ? say("phone.hello", { name: visitor.value.customer.display_name }) : "…"}</p>
      <${Balance} />
      <${Screen} />
      <h2>${say("phone.recent")}</h2>
      ${entries.value.length === 0 && html`<p class="nothing">${say("phone.nothing")}</p>`}
      <ul class="recent">
        ${entries.value.slice(0, SHOWN).map(
          (entry) => html`
          <li key=${entry.id}>
            <span>${nameOf(entry)}<small>${shownTime(entry.at)}</small></span>
            <b data-sign=${Math.sign(entry.amount)}>${shownMoney(entry.amount, entry.currency, true)}</b>
          </li>`,
        )}
      </ul>
    </div>
  </section>
`;

const Balance = () => html`
  <p class="balance">
    <span>${say("phone.balance")}</span>
    <output>${wallet.value ? shownMoney(wallet.value.available, wallet.value.currency) : "–"}</output>
    ${wallet.value?.held > 0 && html`<small>${say("phone.held", { amount: inMoney(wallet.value.held) })}</small>`}
  </p>
`;

function Screen() {
  const { state, amount, order } = running.value ? { state: "busy" } : screen.value;
  const params = { amount: amount === undefined ? "" : inMoney(amount), merchant: visitor.value?.merchant.name ?? "…" };
  return html`
    <p class="screen" data-state=${state}>
      <span class="mark" aria-hidden="true">${MARKS[state]}</span>
      <span>${say(`phone.${state}`, params)}${order && html`<small>${order}</small>`}</span>
    </p>
  `;
}

/** What an entry is called on the phone: a payment by its order, anything else by its kind. */
const nameOf = (entry) => (entry.movement_id.startsWith("pay_") && entry.order_reference) || kindOf(entry);

export const kindOf = (entry) => say(KINDS[entry.movement_id.slice(0, 3)] ?? "kind.other");
