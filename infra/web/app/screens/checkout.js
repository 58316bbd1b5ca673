/** A checkout before it is paid: to whom, how much, what for, what it costs, what stays; and one button. */
import { wallets } from "/app/me.js";
import { entriesOf, Frozen, meet } from "/app/money.js";
import { onceOf, payCheckout, TopUpFirst } from "/app/paying.js";
import "/app/screens/result.js";
import { done, mine as meant } from "/shared/intents.js";
import { money, say, shownMoney } from "/shared/language.js";
import { Facts, Heading, Money, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const MANY = 100;

export function open({ params }) {
  const path = `/v1/checkouts/${encodeURIComponent(params.id)}`;
  const notes = see("/v1/education?moment=first-payee");
  const [checkout, mine] = [see(path), wallets()];
  const before = signal(null);
  const stopLooking = effect(() => {
    const wallet = walletFor(mine.value.data?.data, checkout.value.data);
    if (wallet && !before.peek()) untracked(() => (before.value = see(entriesOf(wallet.id, MANY))));
  });
  const stop = watch(() => (see(path), wallets()), 5000);
  const view = () => html`<${Checkout} checkout=${checkout} mine=${mine} before=${before.value} notes=${notes} />`;
  return { title: () => say("checkout.title"), view, close: () => (stop(), stopLooking()) };
}

const walletFor = (wallets, checkout) => wallets?.find((one) => one.currency === checkout?.currency);
const isNew = (before, merchant) => Boolean(before?.value.data) && !before.value.data.data.some((one) => one.merchant_id === merchant);

const Checkout = ({ checkout, mine, before, notes }) => html`
  <${Heading}>${say("checkout.title")}<//>
  <${Shown} of=${checkout} lines=${5}>
    ${(wanted) => {
      meet([wanted]);
      const wallet = walletFor(mine.value.data?.data, wanted);
      return html`
        <section class="card bill">
          <p class="label">${say("checkout.to")}</p>
          <p class="payee">${wanted.merchant_name}</p>
          <p class="sum"><${Money} amount=${wanted.amount} currency=${wanted.currency} /></p>
          <${Facts} of=${facts(wanted, wallet)} />
        </section>
        ${wanted.status === "open" && isNew(before, wanted.merchant_id) && html`<${Notes} notes=${notes} name=${wanted.merchant_name} />`}
        <${Way} wanted=${wanted} wallet=${wallet} known=${mine.value.data !== null} />
      `;
    }}
  <//>
`;

const facts = (wanted, wallet) => [
  [say("fact.order"), wanted.order_reference],
  [say("fact.fee"), say("fact.fee.none")],
  [say("fact.from"), wallet && say("fact.wallet", { available: money(wallet.available, wallet.currency) })],
  [say("fact.after"), wallet && wallet.available >= wanted.amount && shownMoney(wallet.available - wanted.amount, wallet.currency)],
];

/** The one thing to do: pay, top up first, or read why neither goes. */
function Way({ wanted, wallet, known }) {
  const earlier = [...meant(), ...done()].find((one) => one.once === onceOf(wanted.id));
  if (earlier) return html`<p class="note" role="status">${say("checkout.yours")}</p><p><a class="button" href=${`#/results/${earlier.id}`}>${say("checkout.result")}</a></p>`;
  if (wanted.status !== "open") return html`<p class="note" role="status">${say(`checkout.${wanted.status}`)}</p><p><a class="button secondary" href="#/">${say("result.home")}</a></p>`;
  if (!wallet) return known && html`<p class="note" role="status">${say("checkout.no-wallet", { currency: wanted.currency })}</p>`;
  if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  const missing = wanted.amount - wallet.available;
  if (missing > 0) return html`<${TopUpFirst} missing=${missing} currency=${wallet.currency} then=${`/pay/${wanted.id}`} />`;
  const pay = () => goInstead(`/results/${payCheckout(wanted, wallet.id)}`);
  return html`<button type="button" class="main stick" onClick=${pay}>${say("checkout.pay", { amount: money(wanted.amount, wanted.currency) })}</button>`;
}

const Notes = ({ notes, name }) => html`
  <aside class="note notes" aria-label=${say("checkout.first")}>
    <strong>${say("checkout.first.name", { name })}</strong>
    ${notes.value.data?.notes.map(({ id, title, body }, at) => html`<details key=${id} open=${at === 0}><summary>${title}</summary><p>${body}</p></details>`)}
  </aside>
`;
