/** A template of coupons: what it promises in both languages, what is left of its budget; issuing it, stopping it. */
import { learnNames, Name } from "/console/colleagues.js";
import { issue, stop, TEMPLATES, TemplateState, validityOf, valueOf } from "/console/coupons.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment } from "/console/show.js";
import { Table } from "/console/table.js";
import { language, say, sayOr, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, Shown, Up } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open({ params: { id } }) {
  const path = `${TEMPLATES}/${id}`;
  const [template, issued] = [see(path), signal(null)];
  learnNames();
  const again = () => lookAgain(path);
  const hand = (data) => ((issued.value = data), again());
  const title = () => template.value.data?.name[language.value] ?? say("template.one");
  const view = () => html`
    <${Up} path="/coupons">${say("template.title")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${template}>${(one) => html`<${Template} of=${one} issued=${issued.value} hand=${hand} again=${again} />`}<//>`;
  return { title, view, close: watch(() => see(path), EVERY_MS) };
}

/** Its merchants, and what deals in its categories. */
function where({ merchant_ids, categories }) {
  if (!merchant_ids.length && !categories.length) return say("template.everywhere");
  return html`${merchant_ids.map((id) => html`<${Id} key=${id} of=${id} /> `)}${categories.map((one) => html`<span key=${one}>${say(`categories.${one}`)} </span>`)}`;
}

const Template = ({ of: one, issued, hand, again }) => html`
  <p class="summary"><span class="big">${valueOf(one)}</span> <${TemplateState} of=${one} /></p>
  ${one.status === "open" && html`
    <p class="deeds">
      ${may("rewards.issue") && html`<button type="button" onClick=${() => issue(one, hand)}>${say("template.issue")}</button>`}
      ${may("rewards.keep") && html`<button type="button" class="danger" onClick=${() => stop(one, again)}>${say("template.stop")}</button>`}
    </p>`}
  ${issued && html`<${Table} name=${`issued-${one.id}`} title=${say("template.issued")} rows=${issued} id=${(row) => row.person_id} columns=${ISSUED} empty="" />`}
  <${Budget} of=${one} />
  <${Facts} of=${[
    ["id", html`<${Id} of=${one.id} />`],
    ["template-minimum_spend", one.minimum_spend ? shownMoney(one.minimum_spend, one.currency) : say("template.any")],
    ["template-merchants", where(one)],
    ["template-validity", validityOf(one)],
    ["template-public", say(one.public ? "template.yes" : "template.no")],
    ["template-made_by", html`<${Name} of=${one.created_by} />`],
    ["created_at", html`<${Moment} at=${one.created_at} />`],
  ]} />
  <section class="told" aria-label=${say("template.words")}>
    <h2>${say("template.words")}</h2>
    ${[["en", "en"], ["zh", "zh-Hans"]].map(([tongue, lang]) => html`<div key=${tongue} lang=${lang}><h3>${one.name[tongue]}</h3><p>${one.terms[tongue]}</p></div>`)}
  </section>
`;

/** What a coupon can cost at most: that much of the budget each one takes. */
const mostOf = ({ amount_off, most_off }) => amount_off ?? most_off;
/** How many coupons the budget is good for: by number or by sum, whichever is used up first. */
const goodFor = (one) => Math.min(one.budget_count, Math.floor(one.budget_sum / mostOf(one)));

const Budget = ({ of: one }) => html`
  <section class="budget" aria-label=${say("template.budget")}>
    <h2>${say("template.budget")}</h2>
    <p>${say("template.left", { left: shownNumber(one.left.count), all: shownNumber(goodFor(one)), sum: shownMoney(one.left.sum, one.currency), budget: shownMoney(one.budget_sum, one.currency) })}</p>
    <progress max=${goodFor(one)} value=${one.left.count} aria-label=${say("template.budget")}></progress>
    <p><small>${say("template.reserved", { most: shownMoney(mostOf(one), one.currency) })}</small></p>
  </section>
`;

const refusal = (row) => (row.refused ? sayOr(`template.refused.${row.refused}`, row.refused) : say("template.has-one"));
const ISSUED = [
  { key: "person", cell: (row) => html`<${Id} of=${row.person_id} data-stop />`, text: (row) => row.person_id },
  { key: "template-outcome", cell: (row) => html`<span class=${`state ${row.refused ? "bad" : "good"}`}>${refusal(row)}</span>`, text: refusal },
  { key: "template-coupon", cell: (row) => html`<${Id} of=${row.coupon_id} short />`, text: (row) => row.coupon_id },
];
