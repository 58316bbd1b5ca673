/** What is there beside the money: bonus credit and points, each with the way to it; only of whoever has some. */
import { bonuses, points } from "/app/owned.js";
import { say, shownNumber } from "/shared/language.js";
import { Money } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const beside = () => ({ credit: bonuses(), owned: points() });
const some = ({ value }, what) => (value.data?.data ?? []).filter((one) => one[what] > 0);

export function Beside({ of: { credit, owned } }) {
  const [credits, programmes] = [some(credit, "available"), some(owned, "balance")];
  return credits.length + programmes.length > 0 && html`
    <ul class="rows card" aria-label=${say("home.beside")}>
      ${credits.map((one) => html`<li key=${one.currency}><a href="#/bonuses"><span class="row-words"><strong>${say("home.bonus")}</strong></span><${Money} amount=${one.available} currency=${one.currency} /></a></li>`)}
      ${programmes.map((one) => html`<li key=${one.programme_id}><a href="#/points"><span class="row-words"><strong>${say("home.points")}</strong><small>${one.name}</small></span><data class="money" value=${one.balance}>${shownNumber(one.balance)}</data></a></li>`)}
    </ul>`;
}
