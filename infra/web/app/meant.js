/** Movements of money that somebody meant, on every home screen: those that still wait, and how the others ended. */
import { shownSum } from "/app/money.js";
import { CONSENTS, mine, seen, unseen } from "/shared/intents.js";
import { say, sayOr } from "/shared/language.js";
import { Money } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/** {amount, currency} of what its owner pays: without what a coupon, points or bonus credit pays. */
export const dueOf = ({ checkout, help, ...about }) => (checkout ? { amount: checkout.amount - (help?.discount ?? 0), currency: checkout.currency } : about);
/** "" of what nobody knows before: a share of a red packet. */
export const amountOf = (about) => (hasAmount(about) ? shownSum(dueOf(about)) : "");
const hasAmount = ({ checkout, amount }) => Boolean(checkout) || amount !== undefined;
const KINDS = { withdrawal: "kind.withdrawal", card: "kind.card-purchase", "card-refund": "kind.card-refund", packet: "kind.red-packet", "packet-claim": "kind.red-packet-claim", gift: "kind.gift-card", "gift-claim": "kind.gift-card-claim", loan: "kind.loan", repayment: "kind.repayment", "plan-withdrawal": "kind.plan-withdrawal" };
/** Whom it is for, or what it is where it is for nobody else. */
export const nameOf = (about) => about.checkout?.merchant_name ?? (about.what === "transfer" ? about.to : say(KINDS[about.what] ?? "kind.top-up"));
/** The sentence that fits what was meant, where it is not the one of a payment from one's own wallet. */
export const sayOf = ({ what, family }, key, params) => sayOr(`${key}.${family ? "family-card" : what}`, say(key, params), params);
/** What takes a confirmation though nobody is named who gets it. */
const OF_NOBODY = ["packet", "gift", "loan"];
/** What a confirmation is asked for; "" of what goes to nobody. */
export function wishOf(about) {
  const name = about.checkout?.merchant_name ?? about.to;
  return name || OF_NOBODY.includes(about.what) ? say(`prove.of-${about.what}`, { amount: amountOf(about), name }) : "";
}
/** `asked` of somebody, `approved` by them and about to be paid; undefined of whatever waits for nobody's yes. */
export const consentOf = ({ last }) => (CONSENTS.includes(last?.code) ? last.state : undefined);

/** One line each of what is not known to have ended. */
export const Open = () => mine().map(({ id, about, last }) => {
  const how = consentOf({ last }) ?? "asking";
  return html`
    <li key=${id}><a href=${`#/results/${id}`}><span class="row-words"><strong>${nameOf(about)}</strong><small>${sayOf(about, `home.${how}`)}</small></span>${hasAmount(about) && html`<${Money} ...${dueOf(about)} />`}</a></li>`;
});

/** How each ended that its owner has not seen, until they open it or put it away. */
export const Ended = () => unseen().map(({ id, about, outcome }) => {
  const how = `ended.${about.what}.${outcome.status < 400 ? "good" : "bad"}`;
  return html`
    <section key=${id} class="card ended" role="status">
      <p><strong>${say(how, { amount: amountOf(about), name: nameOf(about) })}</strong></p>
      <p class="pair">
        <a class="button" href=${`#/results/${id}`}>${say(outcome.status < 400 ? "ended.look" : "ended.why")}</a>
        <button type="button" class="secondary" onClick=${() => seen(id)}>${say("ended.put-away")}</button>
      </p>
    </section>`;
});
