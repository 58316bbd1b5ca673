/** The prepaid cards of a shop: before one is bought, all of its terms, and what can always be taken back. */
import { buy, lastDay, plansOf, totalOf } from "/app/cards.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { TopUpFirst } from "/app/paying.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { money, say, shownMoney } from "/shared/language.js";
import { Button, Dialog, Empty, Facts, Heading, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { watch } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open({ params }) {
  const form = newKey();
  const state = { plans: plansOf(params.id), mine: wallets(), chosen: signal(null), here: `/shops/${params.id}/cards` };
  const go = (plan, wallet) => goInstead(`/results/${buy(plan, wallet.id, form)}`);
  const close = watch(() => (plansOf(params.id), wallets()), EVERY_MS);
  return { title: () => titleOf(state.plans), view: () => html`<${Plans} go=${go} ...${state} />`, close };
}

const titleOf = (plans) => {
  const name = plans.value.data?.data[0]?.merchant_name;
  return name ? say("plans.title.name", { name }) : say("plans.title");
};

const Plans = ({ plans, mine, ...of }) => html`
  <${Heading}>${titleOf(plans)}<//>
  <p class="note">${say("plans.promise")}</p>
  <${Shown} of=${plans} lines=${4}>${({ data }) => (data.length ? data.map((plan) => html`<${Plan} key=${plan.id} plan=${plan} mine=${mine} ...${of} />`) : html`<${Empty}>${say("plans.none")}<//>`)}<//>
`;

function Plan({ plan, mine, chosen, go, here }) {
  const wallet = mine.value.data?.data.find((one) => one.currency === plan.currency);
  return html`
    <section class="card" aria-label=${plan.name}>
      <h2>${plan.name}</h2>
      <${Facts} of=${terms(plan)} />
      <${Way} plan=${plan} wallet=${wallet} known=${mine.value.data !== null} chosen=${chosen} here=${here} />
      ${chosen.value === plan.id && html`<${Sure} plan=${plan} wallet=${wallet} go=${go} forget=${() => (chosen.value = null)} />`}
    </section>
  `;
}

/** Everything that whoever buys agrees to, in this order. */
const terms = (plan) => [
  [say("plans.price"), shownMoney(plan.price, plan.currency)],
  [say("plans.bonus"), plan.bonus ? shownMoney(plan.bonus, plan.currency) : say("plans.bonus.none")],
  [say("plans.ends"), plan.bonus > 0 && (plan.bonus_expires_at ? say("plans.ends.on", { day: lastDay(plan.bonus_expires_at) }) : say("card.for-ever"))],
  [say("plans.fee"), plan.purchase_fee ? say("plans.fee.on-top", { fee: money(plan.purchase_fee, plan.currency) }) : say("fact.fee.none")],
  [say("plans.back"), say("plans.back.always")],
];

function Way({ plan, wallet, known, chosen, here }) {
  if (!wallet) return known && html`<p class="note" role="status">${say("checkout.no-wallet", { currency: plan.currency })}</p>`;
  if (wallet.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  const missing = totalOf(plan) - wallet.available;
  if (missing > 0) return html`<${TopUpFirst} missing=${missing} currency=${plan.currency} then=${here} />`;
  return html`<button type="button" class="main" onClick=${() => (chosen.value = plan.id)}>${say("plans.buy", { amount: money(totalOf(plan), plan.currency) })}</button>`;
}

/** The last look before it is paid. */
const Sure = ({ plan, wallet, go, forget }) => html`
  <${Dialog} title=${say("plans.sure", { name: plan.merchant_name })} onClose=${forget}>
    <${Facts} of=${[...terms(plan), [say("plans.total"), shownMoney(totalOf(plan), plan.currency)], [say("fact.after"), shownMoney(wallet.available - totalOf(plan), plan.currency)]]} />
    <p>${say("plans.promise")}</p>
    <${Button} kind="wide" onClick=${() => go(plan, wallet)}>${say("plans.buy", { amount: money(totalOf(plan), plan.currency) })}<//>
    <${Button} kind="secondary wide" onClick=${forget}>${say("shared.cancel")}<//>
  <//>
`;
