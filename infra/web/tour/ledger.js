/** The ledger: that the books sum to nothing, who holds what, the visitor's entries and the messages sent. */
import { books, entries, outbox, sums } from "./feed.js";
import { knows, say, shownMoney, shownTime } from "/shared/language.js";
import { kindOf } from "./phone.js";
import { inMoney } from "./shop.js";
import { html } from "/shared/ui.js";

const SHOWN = 5;

export const Ledger = () => html`
  <section class="ledger" aria-label=${say("ledger.heading")}>
    ${sums() && html`<${Books} sum=${sums()} />`}
    <div class="journal">
      <h2>${say("ledger.journal")}</h2>
      ${entries.value.length === 0 ? html`<p class="nothing">${say("ledger.none")}</p>` : html`<${Journal} />`}
    </div>
    <div class="outbox">
      <h2>${say("ledger.outbox")}</h2>
      ${outbox.value.length === 0 && html`<p class="nothing">${say("ledger.silent")}</p>`}
      <ul>
        ${outbox.value.slice(0, 2).map(
          (message) => html`
          <li key=${message.at}><b>${message.subject}</b> <small>${shownTime(message.at)}</small><p>${message.body}</p></li>`,
        )}
      </ul>
    </div>
  </section>
`;

function Books({ sum }) {
  const accounts = accountsOf(sum);
  const most = Math.max(1, ...accounts.map(([, amount]) => Math.abs(amount)));
  return html`
    <div class="books" data-balanced=${books.value.balanced}>
      <h2>${say("ledger.sum", { sum: inMoney(sum.sum) })}
        <small>${say("ledger.entries", { count: books.value.entries })} · ${say(books.value.balanced ? "ledger.balanced" : "ledger.settling")}</small></h2>
      <p class="sides" aria-hidden="true"><span>${say("ledger.ours")}</span><span>${say("ledger.theirs")}</span></p>
      <ul>
        ${accounts.map(
          ([name, amount]) => html`
          <li key=${name} data-sign=${Math.sign(amount)}>
            <span>${name}</span><${Bar} share=${amount / most} /><b>${shownMoney(amount, inMoney(0).currency)}</b>
          </li>`,
        )}
      </ul>
    </div>
  `;
}

/** From the middle to the right what we owe, to the left what is owed to us. */
const Bar = ({ share }) => html`
  <svg class="bar" viewBox="-100 0 200 8" preserveAspectRatio="none" aria-hidden="true">
    <rect x=${Math.min(0, share * 100)} y="0" width=${Math.abs(share * 100)} height="8" /><path d="M0 0V8" />
  </svg>
`;

function accountsOf({ customers, merchants, system }) {
  const systems = Object.entries(system).map(([address, amount]) => [systemName(address), amount]);
  return [[say("ledger.customers"), customers], [say("ledger.merchants"), merchants], ...systems];
}

function systemName(address) {
  const [kind, processor] = address.split(":");
  if (kind === "clearing") return say("ledger.clearing", { processor });
  return knows(`ledger.system.${kind}`) ? say(`ledger.system.${kind}`) : address;
}

const Journal = () => html`
  <table>
    <thead><tr><th scope="col">${say("ledger.when")}</th><th scope="col">${say("ledger.what")}</th><th scope="col">${say("ledger.amount")}</th></tr></thead>
    <tbody>
      ${entries.value.slice(0, SHOWN).map(
        (entry) => html`
        <tr key=${entry.id}>
          <td>${shownTime(entry.at)}</td>
          <td>${kindOf(entry)} <code>${short(entry.movement_id)}</code></td>
          <td data-sign=${Math.sign(entry.amount)}>${shownMoney(entry.amount, entry.currency, true)}</td>
        </tr>`,
      )}
    </tbody>
  </table>
`;

const short = (id) => `${id.slice(0, 8)}…${id.slice(-4)}`;
