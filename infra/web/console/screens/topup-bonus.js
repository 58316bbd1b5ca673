/** A bonus that top-ups bring: what it promises in both languages, what is left of its budget; stopping it. */
import { learnNames, Name } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment } from "/console/show.js";
import { BONUSES, giftOf, mostOf, Standing, stop, whenOf } from "/console/topup-bonuses.js";
import { language, say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, Shown, Up } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open({ params: { id } }) {
  const path = `${BONUSES}/${id}`;
  const bonus = see(path);
  learnNames();
  const again = () => lookAgain(path);
  const title = () => bonus.value.data?.name[language.value] ?? say("bonuses.one");
  const view = () => html`
    <${Up} path="/topup-bonuses">${say("bonuses.title")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${bonus}>${(one) => html`<${Bonus} of=${one} again=${again} />`}<//>`;
  return { title, view, close: watch(() => see(path), EVERY_MS) };
}

/** How many the budget is good for: by number or by sum, whichever is used up first. */
const goodFor = (one) => Math.min(one.budget_count, Math.floor(one.budget_sum / mostOf(one)));

const Bonus = ({ of: one, again }) => html`
  <p class="summary"><span class="big">${giftOf(one)}</span> <${Standing} of=${one} /></p>
  ${one.status === "open" && may("rewards.keep") && html`<p class="deeds"><button type="button" class="danger" onClick=${() => stop(one, again)}>${say("bonuses.stop")}</button></p>`}
  <section class="budget" aria-label=${say("bonuses.budget")}>
    <h2>${say("bonuses.budget")}</h2>
    <p>${say("bonuses.left", { left: shownNumber(one.left.count), all: shownNumber(goodFor(one)), sum: shownMoney(one.left.sum, one.currency), budget: shownMoney(one.budget_sum, one.currency) })}</p>
    <progress max=${goodFor(one)} value=${one.left.count} aria-label=${say("bonuses.budget")}></progress>
    <p><small>${say("bonuses.reserved", { most: shownMoney(mostOf(one), one.currency) })}</small></p>
  </section>
  <${Facts} of=${[
    ["id", html`<${Id} of=${one.id} />`],
    ["bonus-share", say("bonuses.share", { percent: one.most_share_percent })],
    ["bonus-days", shownNumber(one.valid_days)],
    ["bonus-once", say(one.once_per_person ? "bonuses.yes" : "bonuses.no")],
    ["bonus-when", whenOf(one)],
    ["bonus-made_by", html`<${Name} of=${one.created_by} />`],
    ["created_at", html`<${Moment} at=${one.created_at} />`],
  ]} />
  <section class="told" aria-label=${say("bonuses.words")}>
    <h2>${say("bonuses.words")}</h2>
    ${[["en", "en"], ["zh", "zh-Hans"]].map(([tongue, lang]) => html`<div key=${tongue} lang=${lang}><h3>${one.name[tongue]}</h3><p>${one.terms[tongue]}</p></div>`)}
  </section>
`;
