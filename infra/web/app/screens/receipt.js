/** A payment as its receipt: what, to whom, how it stands, what came back of it; to be printed, or kept as a PDF. */
import { isOpenTo } from "/app/disputes.js";
import { Earned, earning } from "/app/earned.js";
import { helpFact } from "/app/helped.js";
import { wallets } from "/app/me.js";
import { entriesOf, meet, nameOf, shownSum } from "/app/money.js";
import { money, say, shownMoney } from "/shared/language.js";
import { Facts, Heading, Shown, When } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const MANY = 100;

export function open({ params }) {
  const path = `/v1/payments/${encodeURIComponent(params.id)}`;
  const payment = see(path);
  const [checkout, entries, mine] = [signal(null), signal(null), wallets()];
  const stopLooking = effect(() => {
    const { data } = payment.value;
    if (data?.checkout_id && !checkout.peek()) untracked(() => (checkout.value = see(`/v1/checkouts/${data.checkout_id}`)));
    const wallet = data && walletFor(data, mine.value.data?.data);
    if (wallet && !entries.peek()) untracked(() => (entries.value = see(entriesOf(wallet.id, MANY))));
  });
  const earned = earning(() => params.id);
  const stop = watch(() => see(path), 10_000);
  const view = () => html`<${Receipt} payment=${payment} checkout=${checkout.value?.value.data} entries=${entries.value?.value.data?.data ?? []} earned=${earned} wallets=${mine.value.data?.data} />`;
  return { title: () => say("receipt.title"), view, close: () => (stop(), stopLooking(), earned.close()) };
}

/** With a family card of mine somebody else's wallet says who paid. */
const walletFor = ({ wallet_id, currency }, all) => all?.find(({ id }) => id === wallet_id) ?? all?.find((one) => one.currency === currency);

const Receipt = ({ payment, checkout, entries, earned, wallets: all }) => html`
  <${Heading}>${say("receipt.title")}<//>
  <${Shown} of=${payment} lines=${6}>
    ${(one) => {
      if (checkout) meet([checkout]);
      const mine = !one.paid_by && Boolean(all?.some(({ id }) => id === one.wallet_id));
      return html`
        <section class="card bill" aria-label=${say("receipt.title")}>
          <p class="payee">${checkout?.merchant_name || nameOf(one) || say("entry.merchant")}</p>
          <p class="sum">${shownMoney(one.amount - helpOf(one).discount, one.currency)}</p>
          <p class=${`status ${one.status}`}>${say(`payment.${one.status}`)}</p>
          <${Facts} of=${facts(one, checkout)} />
        </section>
        <${Earned} of=${earned} />
        <h2>${say("receipt.history")}</h2>
        <ol class="timeline">${steps(one, entries).map(({ key, at, amount }) => html`
          <li key=${key + at}><span>${say(key, { amount: money(amount, one.currency) })}</span> <${When} at=${at} /></li>`)}</ol>
        <${Disputed} one=${one} mine=${mine} />
        <div class="files"><button type="button" class="secondary" onClick=${() => print()}>${say("statement.print")}</button></div>
      `;
    }}
  <//>
`;

/** Whoever's money it was can dispute it, once; what is disputed has a screen of its own. */
function Disputed({ one, mine }) {
  if (one.dispute_id) return html`<p><a class="button secondary wide" href=${`#/disputes/${one.dispute_id}`}>${say("dispute.see")}</a></p>`;
  if (!mine || !isOpenTo(one)) return null;
  return html`<p><a class="button secondary wide" href=${`#/payments/${one.id}/dispute`}>${say("dispute.begin")}</a></p>`;
}

/** What of it a coupon, points or bonus credit paid. */
const helpOf = ({ discount = 0, points_used = 0, bonus_used = 0 }) => ({ what: points_used ? "points" : bonus_used ? "bonus" : "coupon", discount, points: points_used });

/** What of the refunds was their share, which goes back to where it came from: rounded as the API does it. */
const goneBack = (one) => Math.floor((helpOf(one).discount * one.refunded) / one.amount);

const facts = (one, checkout) => [
  [say("fact.deposit"), checkout?.capture === "manual" && say("fact.deposit.yes")],
  [say("share.title"), checkout?.split && say("share.people", { payers: checkout.split.payers, max: checkout.split.max_payers })],
  [say("fact.by"), one.card_id && html`<a class="alone" href=${`#/cards/${one.card_id}`}>${say("fact.by.card")}</a>`],
  [say("fact.by"), one.family_card_id && html`<a class="alone" href=${`#/family-cards/${one.family_card_id}`}>${say("fact.by.family-card")}</a>`],
  [say("fact.by"), one.plan_id && html`<a class="alone" href=${`#/credit/plans/${one.plan_id}`}>${say("fact.by.plan")}</a>`],
  [say("fact.lent"), one.credit > 0 && shownMoney(one.credit, one.currency)],
  [say("fact.payer"), one.paid_by],
  [say("coupon.before"), helpOf(one).discount > 0 && shownSum(one)],
  ...(helpOf(one).discount > 0 ? [helpFact(helpOf(one), one.currency)] : []),
  [say("fact.by.bonus"), one.bonus > 0 && shownMoney(one.bonus, one.currency)],
  [say("fact.fee"), say("fact.fee.none")],
  [say("fact.refunded"), one.refunded > 0 && shownMoney(one.refunded - goneBack(one), one.currency)],
  [say("fact.order"), one.order_reference],
  [say("fact.note"), one.description],
  [say("fact.when"), html`<${When} at=${one.created_at} />`],
  [say("fact.until"), one.status === "authorized" && html`<${When} at=${one.expires_at} />`],
  [say("fact.number"), html`<small>${one.id}</small>`],
];

/** From the payment itself, and from the entries of the same order after it. */
function steps(one, entries) {
  const begun = { key: one.expires_at ? "step.authorisation" : "step.payment", at: one.created_at, amount: one.amount - helpOf(one).discount };
  const same = (entry) => entry.merchant_id === one.merchant_id && entry.order_reference === one.order_reference;
  const after = entries
    .filter((entry) => ["capture", "void", "expiry", "refund"].includes(entry.kind) && same(entry) && entry.at > one.created_at)
    .map((entry) => ({ key: `step.${entry.kind}`, at: entry.at, amount: Math.abs(entry.amount || entry.held || 0) }));
  return [begun, ...after.sort((before, later) => (before.at < later.at ? -1 : 1))];
}
