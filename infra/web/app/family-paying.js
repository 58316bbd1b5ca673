/** Paying with a family card that I hold: which could pay a bill, the choice, and what is said of whose money it is. */
import { rowsOf, standing } from "/app/family-cards.js";
import { money, say } from "/shared/language.js";
import { html } from "/shared/ui.js";

/** Those that I hold in a currency, each with whether too little is left of it for a bill, {amount, currency}. */
export const usable = (resource, bill) =>
  rowsOf(resource)
    .filter((one) => standing(one) === "holder.active" && one.currency === bill.currency)
    .map((card) => ({ card, short: bill.amount > card.left_this_month }));

export const namesOf = (categories) => categories.map((one) => say(`categories.${one}`)).join(say("family-card.and"));

/** What a bill is paid with if `from` is the id of a family card that can: {id, name, asks: whether its owner must agree}. */
export function chosenOf(all, from, amount) {
  const { card } = all.find(({ card: { id }, short }) => id === from && !short) ?? {};
  return card && { id: card.id, name: card.person, asks: amount > (card.approval_above ?? Infinity) };
}

/** The choices beside one's own money, with what each still has. */
export const FamilyChoices = ({ of: all, from }) => all.map(({ card, short }) => html`
  <label class="choice" key=${card.id}>
    <input type="radio" name="from" value=${card.id} checked=${from.value === card.id && !short} disabled=${short} onChange=${() => (from.value = card.id)} />
    <span>${say("pay-with.family", { name: card.person })}<small>${say(card.categories.length ? "pay-with.family.only" : "pay-with.family.left", { left: money(card.left_this_month, card.currency), where: namesOf(card.categories) })}</small></span>
  </label>`);

/** Where nothing but one's own wallet could pay beside them, and `children`: another way; `other`: whether that one is chosen. */
export const PayWith = ({ of: { all, one }, wallet, from, other, children }) => (all.length > 0 || children) && html`
  <fieldset>
    <legend>${say("checkout.from")}</legend>
    <label class="choice"><input type="radio" name="from" value="wallet" checked=${!one && !other} onChange=${() => (from.value = "wallet")} /><span>${say("fact.wallet", { available: money(wallet.available, wallet.currency) })}</span></label>
    <${FamilyChoices} of=${all} from=${from} />
    ${children}
  </fieldset>
`;

/** Said where it is paid: whose money it is, who hears of it, and whether they must agree first. */
export const FamilyNote = ({ of: one }) => html`<p class="note" role="status">${say(one.asks ? "pay-with.family.asks" : "pay-with.family.seen", { name: one.name })}</p>`;
