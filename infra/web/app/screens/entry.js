/** One entry of the journal that is no purchase and no top-up of its own: a refund, a correction, or what followed a hold. */
import { kindOf, meet, statementOf, sumOf, whoOf } from "/app/money.js";
import { signedPoints } from "/app/points.js";
import { money, say, shownMoney } from "/shared/language.js";
import { Empty, Facts, Heading, Shown, When } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id }, query: { wallet, month } }) {
  const statement = see(statementOf(wallet, month));
  const refund = signal(null);
  const found = () => statement.value.data?.entries.find((one) => one.id === id);
  const stop = effect(() => {
    const entry = found();
    if (entry?.kind === "refund" && !refund.peek()) untracked(() => (refund.value = see(`/v1/refunds/${entry.movement_id}`)));
  });
  const view = () => html`<${Entry} statement=${statement} entry=${found()} refund=${refund.value?.value.data} />`;
  return { title: () => (found() ? kindOf(found()) : say("entry.title")), view, close: stop };
}

const Entry = ({ statement, entry, refund }) => html`
  <${Heading}>${entry ? kindOf(entry) : say("entry.title")}<//>
  <${Shown} of=${statement}>${({ entries }) => {
    meet(entries);
    return entry ? html`<${Told} entry=${entry} refund=${refund} />` : html`<${Empty}>${say("entry.none")}<//>`;
  }}<//>
`;

const Told = ({ entry, refund }) => html`
  <section class="card bill" aria-label=${kindOf(entry)}>
    <p class="payee">${whoOf(entry)}</p>
    <p class="sum">${shownMoney(sumOf(entry), entry.currency, entry.amount !== 0)}</p>
    <${Facts} of=${[
      [say("fact.order"), entry.order_reference],
      [say("coupon.share"), refund?.discount > 0 && shownMoney(refund.discount, entry.currency)],
      [say("help.points"), refund?.points > 0 && signedPoints(refund.points)],
      [say("fact.reason"), refund?.reason],
      [say("fact.when"), html`<${When} at=${entry.at} />`],
      [say("fact.number"), html`<small>${entry.movement_id}</small>`],
    ]} />
  </section>
  ${refund && html`<p><a class="button" href=${`#/payments/${refund.payment_id}`}>${say("entry.payment")}</a></p>`}
  ${["loan", "repayment"].includes(entry.kind) && html`<p><a class="button" href="#/credit/plans">${say("entry.plans")}</a></p>`}
  ${refund?.repaid > 0 && html`<p class="note">${say("entry.repaid", { amount: money(refund.repaid, entry.currency) })} <a href="#/credit/plans">${say("entry.plans")}</a></p>`}
  ${entry.kind === "adjustment" && html`<p class="note">${say("entry.adjustment")} <a href="#/help">${say("entry.help")}</a></p>`}
  <div class="files"><button type="button" class="secondary" onClick=${() => print()}>${say("statement.print")}</button></div>
`;
