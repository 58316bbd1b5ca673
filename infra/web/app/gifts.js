/** Gift cards: what was filled in, buying one and taking one as intents, how one looks, and where its link leads. */
import { drafts } from "/app/drafts.js";
import { intend } from "/shared/intents.js";
import { say } from "/shared/language.js";
import { Icon, Money } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

export const PATH = "/v1/gift-cards";
/** Each with its icon. */
const ICONS = { plain: "gift", birthday: "cake", thanks: "heart", festival: "lantern" };
export const DESIGNS = Object.keys(ICONS);

const kept = drafts(() => ({ design: signal("plain"), amount: signal(""), message: signal("") }));
/** {form, design, amount, message}. */
export const draft = () => kept().kept;

/** → the intent's id. `wish`: {amount, currency, design, message}. */
export const buy = (form, wish, wallet) =>
  intend({
    path: PATH,
    body: { wallet_id: wallet.id, ...wish },
    about: { what: "gift", amount: wish.amount, currency: wish.currency, form, wallet_id: wallet.id, back: "/gift-cards/new" },
    once: `gift ${form}`,
  });

/** → the intent's id. A card is taken once, so it is one intent. */
export const claim = ({ amount, currency }, code, wallet) =>
  intend({
    path: `${PATH}/claims`,
    body: { code, wallet_id: wallet.id },
    about: { what: "gift-claim", amount, currency, back: placeOf(code) },
    once: `gift-claim ${code}`,
  });

const placeOf = (code) => `/gift-cards/claim?code=${encodeURIComponent(code)}`;
/** What is given to somebody. */
export const addressOf = ({ code }) => `${location.origin}/app/#${placeOf(code)}`;
/** The code in a link or in what somebody typed. */
export const codeIn = (text) => new URLSearchParams(/\?(.*)$/.exec(text.trim())?.[1]).get("code") ?? text.trim();

/** Of those that I see, those that I bought. */
export const isBought = ({ direction }) => direction === "out";
export const standing = (one) => (isBought(one) ? one.status : "mine");

/** As it looks to whoever gets it. */
export const Face = ({ of: { design, amount, currency, message, from } }) => html`
  <div class=${`gift ${design}`}>
    <p class="label"><${Icon} name=${ICONS[design] ?? "gift"} />${say(`gift.design.${design}`)}</p>
    <p class="sum"><${Money} amount=${amount} currency=${currency} /></p>
    ${message && html`<p class="message">${message}</p>`}
    ${from && html`<p>${say("gift.from", { name: from })}</p>`}
  </div>
`;

/** One line of a list of them: whose it is or was, and how it stands. */
export const GiftRow = ({ gift: one }) => html`
  <li><a href=${`#/gift-cards/${one.id}`}>
    <${Icon} name=${ICONS[one.design] ?? "gift"} />
    <span class="row-words"><strong>${titleOf(one)}</strong><small>${[one.message, say(`gift.is.${standing(one)}`)].filter(Boolean).join(" · ")}</small></span>
    <${Money} amount=${one.amount} currency=${one.currency} />
  </a></li>
`;

function titleOf(one) {
  if (!isBought(one)) return say("gift.from", { name: one.from });
  return one.claimed_by ? say("gift.to", { name: one.claimed_by }) : say(`gift.design.${one.design}`);
}
