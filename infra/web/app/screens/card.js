/** One prepaid card: what is on it, until when the bonus is good, what happened, and the way back to the wallet. */
import { partsOf, shopOf, takeBack, untilOf } from "/app/cards.js";
import { wallets } from "/app/me.js";
import { Frozen, shownLately } from "/app/money.js";
import { Sure, sure } from "/app/sure.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { money, say, sayOr, shownMoney } from "/shared/language.js";
import { Empty, Facts, Heading, Money, Shown, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see, watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open({ params }) {
  const path = `/v1/cards/${encodeURIComponent(params.id)}`;
  const form = newKey();
  const state = { card: see(path), entries: see(`${path}/entries?limit=30`), mine: wallets() };
  const back = sure((card) => goInstead(`/results/${takeBack(card, form)}`));
  const close = watch(() => (see(path), see(`${path}/entries?limit=30`), wallets()), EVERY_MS);
  return { title: () => state.card.value.data?.merchant_name ?? say("card.title"), view: () => html`<${Card} back=${back} ...${state} />`, close };
}

const Card = ({ card, entries, mine, back }) => html`
  <${Up} path="/cards">${say("cards.title")}<//>
  <${Heading}>${card.value.data?.merchant_name ?? say("card.title")}<//>
  <${Shown} of=${card} lines=${4}>
    ${(one) => html`
      <section class="card balance">
        <p class="label">${say("card.available")}</p>
        <p class="sum"><${Money} amount=${one.available} currency=${one.currency} /></p>
        <${Facts} of=${[
          [say("card.own"), shownMoney(one.principal, one.currency)],
          ...(one.lots ?? []).map((lot) => [say("card.bonus"), `${shownMoney(lot.amount, one.currency)}, ${untilOf(lot.expires_at)}`]),
        ]} />
        ${one.status === "frozen" && html`<${Frozen} wallet=${mine.value.data?.data.find((wallet) => wallet.currency === one.currency)} />`}
      </section>
      <p>${say("card.rules", { name: one.merchant_name })}</p>
      <p><a class="button main" href=${`#${shopOf(one.merchant_id)}`}>${say("card.more")}</a></p>
      ${one.principal > 0 && one.status !== "frozen" && html`<p><button type="button" class="secondary wide" onClick=${() => back.ask(one)}>${say("card.back", { amount: money(one.principal, one.currency) })}</button></p>`}
      <${Sure} of=${back} title=${say("card.back.sure", { amount: money(one.principal, one.currency) })} go=${say("card.back.go")}>
        ${say(one.bonus ? "card.back.bonus" : "card.back.whole", { amount: money(one.principal, one.currency), bonus: money(one.bonus, one.currency) })}
      <//>
    `}
  <//>
  <h2>${say("card.happened")}</h2>
  <${Shown} of=${entries} lines=${3}>${({ data }) => (data.length ? html`<ul class="rows">${data.map((one) => html`<${Entry} key=${one.id} entry=${one} />`)}</ul>` : html`<${Empty}>${say("card.nothing")}<//>`)}<//>
`;

/** What a payment took and a refund gave stands on a receipt of its own. */
function Entry({ entry }) {
  const { kind, principal, bonus, currency } = entry;
  const words = html`
    <span class="row-words">
      <strong>${sayOr(`kind.${kind}`, kind)}</strong>
      <small>${[entry.order_reference, bonus && say("card.of-bonus", { bonus: money(Math.abs(bonus), currency) }), shownLately(entry.at)].filter(Boolean).join(" · ")}</small>
    </span>
    <${Money} amount=${principal + bonus} currency=${currency} signed />`;
  return html`<li>${kind === "payment" ? html`<a href=${`#/payments/${entry.movement_id}`}>${words}</a>` : html`<div class="row">${words}</div>`}</li>`;
}
