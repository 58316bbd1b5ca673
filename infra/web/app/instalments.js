/** Buying in instalments: beside the other ways to pay, once somebody has asked for a line; never chosen by itself. */
import { leftOf, line } from "/app/credit.js";
import { begunQuotes, LEAST, Quotes } from "/app/quotes.js";
import { money, say } from "/shared/language.js";
import { Button } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const QUARTER = 4;
export const BY_PLAN = "instalments";

export const begunInstalments = () => ({ line: line(), quotes: begunQuotes("purchase") });

/** {left, short: whether even a plan whose first quarter is paid at once would be more}; null where there is no such way. */
export function lendable({ line: mine }, { amount, currency }) {
  const left = leftOf(mine, currency);
  return left > 0 && amount >= LEAST ? { left, currency, short: amount - Math.ceil(amount / QUARTER) > left } : null;
}

export const ByPlan = ({ of: way, from }) => way && html`
  <label class="choice">
    <input type="radio" name="from" value=${BY_PLAN} checked=${from.value === BY_PLAN && !way.short} disabled=${way.short} onChange=${() => (from.value = BY_PLAN)} />
    <span>${say("pay-with.instalments")}<small>${say(way.short ? "pay-with.instalments.short" : "pay-with.instalments.left", { left: money(way.left, way.currency) })}</small></span>
  </label>`;

/** What it costs, compared, and the agreement; `pay(instalments)`: {quote_id, quote_hash, plan, at_once}. */
export function PayByPlan({ quotes, bill: { amount, currency }, pay }) {
  const agree = ({ quote, hash }) => pay({ quote_id: quote.id, quote_hash: hash, plan: quote.plan, at_once: quote.at_once });
  const shown = quotes.of.value?.amount === amount;
  return html`
    ${!shown && html`<p><${Button} kind="secondary main" job=${quotes.asking} onClick=${() => quotes.asking.run(amount, currency)}>${say("quote.see")}<//></p>`}
    <${Quotes} state=${quotes} amount=${amount} agree=${agree} go=${(quote) => (quote.at_once ? say("quote.agree.four", { amount: money(quote.at_once, currency) }) : say("quote.agree"))} />
  `;
}
