/** Bonuses that a top-up may bring: which there are, by which rules, and which of them is taken. */
import { broughtBy, giftOf } from "/app/bonus.js";
import { money, say } from "/shared/language.js";
import { html } from "/shared/ui.js";

/** What it brings, and each rule in a sentence: open before anybody agrees, else folded away. */
export const BonusRules = ({ of: one, open = false }) => html`
  <p><strong>${say("bonus.brings", { gift: giftOf(one), least: money(one.least_topup, one.currency) })}</strong></p>
  ${open ? html`<${Rules} of=${one} />` : html`<details><summary>${say("bonus.rules")}</summary><${Rules} of=${one} /></details>`}
`;
const Rules = ({ of: one }) => html`
  <ul>${one.rules.map((sentence) => html`<li key=${sentence}>${sentence}</li>`)}</ul>
  <p><small>${one.terms}</small></p>
`;

/** {id, brings}: what comes with a top-up of `amount`, in the currency of `offers`; undefined for none. */
export function taken(offers, chosen, amount) {
  const one = offers.find(({ id }) => id === chosen);
  return one && { id: one.id, brings: broughtBy(one, amount), least: one.least_topup };
}

/** None is taken unless they say so. */
export const ChooseBonus = ({ offers, chosen, amount }) => offers.length > 0 && html`
  <fieldset>
    <legend>${say("bonus.choose")}</legend>
    ${offers.map((one) => html`<${Choice} key=${one.id} id=${one.id} chosen=${chosen} title=${one.name} about=${say("bonus.brings", { gift: giftOf(one), least: money(one.least_topup, one.currency) })} />`)}
    <${Choice} id="" chosen=${chosen} title=${say("bonus.choose.none")} about=${say("bonus.choose.none-about")} />
    ${offers.filter(({ id }) => id === chosen.value).map((one) => html`
      <div class="note" role="status" key=${one.id}>
        <${BonusRules} of=${one} open />
        ${amount > 0 && html`<p>${amount < one.least_topup ? say("bonus.too-little", { least: money(one.least_topup, one.currency) }) : html`<strong>${say("bonus.comes", { amount: money(amount, one.currency), bonus: money(broughtBy(one, amount), one.currency) })}</strong>`}</p>`}
      </div>`)}
  </fieldset>
`;

const Choice = ({ id, chosen, title, about }) => html`
  <label class="choice"><input type="radio" name="bonus" value=${id} checked=${chosen.value === id} onChange=${() => (chosen.value = id)} /><span>${title}<small>${about}</small></span></label>
`;
