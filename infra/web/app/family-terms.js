/** What a family card may do, as its owner fills it in: the cap of a month, and, for those who want more, the rest. */
import { wrongAmount } from "/app/amounts.js";
import { isLong } from "/app/drafts.js";
import { namesOf } from "/app/family-paying.js";
import { mode } from "/app/me.js";
import { digits, readMoney, say } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

export const CATEGORIES = ["groceries", "restaurants", "shopping", "transport", "health", "education", "leisure", "services", "other"];
export const categoriesOf = ({ categories }) => (categories.length ? namesOf(categories) : say("family-card.where.all"));

/** {cap, above, name, some: whether only `categories`}, as signals of what is typed; of `card` what it says now. */
export function terms(card) {
  const written = (minor) => (minor !== undefined ? (minor / 10 ** digits(card.currency)).toFixed(digits(card.currency)) : "");
  return {
    cap: signal(card ? written(card.monthly_cap) : ""),
    above: signal(card ? written(card.approval_above) : ""),
    name: signal(card?.name ?? ""),
    some: signal(Boolean(card?.categories.length)),
    categories: signal(card?.categories ?? []),
  };
}

/** As the API wants it; `approval_above` null of none. */
export const wishOf = (of, currency) => ({
  monthly_cap: readMoney(of.cap.peek(), currency),
  approval_above: readMoney(of.above.peek(), currency),
  name: of.name.peek().trim(),
  categories: of.some.peek() ? of.categories.peek() : [],
});

/** {cap, above, name, categories}: what is wrong with each, in words. */
export function wrongOf(of, { monthly_cap, approval_above, name, categories }, currency) {
  const found = { name: isLong(name) && say("family-card.name.long"), categories: of.some.peek() && !categories.length && say("family-card.categories.none") };
  if (!monthly_cap) found.cap = wrongAmount(of.cap.peek(), currency);
  if (of.above.peek().trim() && approval_above === null) found.above = wrongAmount(of.above.peek(), currency);
  else if (monthly_cap && approval_above !== null && approval_above >= monthly_cap) found.above = say("family-card.above.cap");
  return found;
}

/** In the easy mode one question alone. */
export function Terms({ of, refused, currency }) {
  const type = (part) => (event) => ((of[part].value = event.target.value), (refused.value = {}));
  return html`
    <${Field} name="cap" label=${say("family-card.cap", { currency })} hint=${say("family-card.cap.hint")} problem=${refused.value.cap} inputmode="decimal" autocomplete="off" value=${of.cap.value} onInput=${type("cap")} required />
    ${mode.value !== "easy" && html`
      <${Field} name="above" label=${say("family-card.above", { currency })} hint=${say("family-card.above.hint")} problem=${refused.value.above} inputmode="decimal" autocomplete="off" value=${of.above.value} onInput=${type("above")} />
      <${Field} name="name" label=${say("family-card.name")} hint=${say("family-card.name.hint")} problem=${refused.value.name} autocomplete="off" maxlength="40" value=${of.name.value} onInput=${type("name")} />
      <${Categories} of=${of} refused=${refused} />`}
  `;
}

const Categories = ({ of: { some, categories }, refused }) => html`
  <fieldset aria-describedby=${refused.value.categories ? "categories-about" : undefined}>
    <legend>${say("family-card.where")}</legend>
    ${[false, true].map((only) => html`
      <label key=${only} class="choice"><input type="radio" name="some" value=${only ? "some" : "all"} checked=${some.value === only} onChange=${() => ((some.value = only), (refused.value = {}))} /><span>${say(only ? "family-card.where.some" : "family-card.where.all")}</span></label>`)}
    ${some.value && html`
      <div class="ticks" role="group" aria-label=${say("family-card.where.some")}>
        ${CATEGORIES.map((one) => html`
          <label key=${one} class="switch"><input type="checkbox" name="category" value=${one} checked=${categories.value.includes(one)} onChange=${() => ((categories.value = turned(categories.peek(), one)), (refused.value = {}))} /><span>${say(`categories.${one}`)}</span></label>`)}
      </div>`}
    ${refused.value.categories && html`<p id="categories-about" class="wrong">${refused.value.categories}</p>`}
  </fieldset>
`;

/** In the order of the list, however they were ticked. */
const turned = (chosen, one) => CATEGORIES.filter((name) => (name === one) !== chosen.includes(name));
