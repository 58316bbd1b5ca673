/** A programme of points: what it promises, how many points are out, its rules and the coupons they become; ending each. */
import { learnNames, Name } from "/console/colleagues.js";
import { TEMPLATES } from "/console/coupons.js";
import { may } from "/console/may.js";
import { addReward, addRule, earnsOf, endReward, endRule, PROGRAMMES, Standing, standingOf, stop, whenOf, whereOf, worthOf } from "/console/programmes.js";
import { Facts, Id, Moment } from "/console/show.js";
import { Table } from "/console/table.js";
import { language, say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, Shown, Up } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open({ params: { id } }) {
  const path = `${PROGRAMMES}/${id}`;
  const [programme, templates] = [see(path), see(`${TEMPLATES}?limit=100`)];
  learnNames();
  const again = () => lookAgain(path);
  const title = () => programme.value.data?.name[language.value] ?? say("programme.one");
  const view = () => html`
    <${Up} path="/points">${say("programme.title")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${programme}>${(one) => html`<${Programme} of=${one} templates=${templates.value.data?.data ?? []} again=${again} />`}<//>`;
  return { title, view, close: watch(() => see(path), EVERY_MS) };
}

/** What all points that are out would pay. */
const owedOf = ({ outstanding, worth, currency }) => shownMoney(Math.floor((outstanding * worth.amount) / worth.points), currency);

function Programme({ of: one, templates, again }) {
  const keeps = one.status === "open" && may("rewards.keep");
  const offered = templates.filter(({ status, currency }) => status === "open" && currency === one.currency);
  return html`
    <p class="summary"><span class="big">${say("programme.outstanding", { points: one.outstanding })}</span> <${Standing} of=${one.status} /></p>
    ${keeps && html`<p class="deeds"><button type="button" class="danger" onClick=${() => stop(one, again)}>${say("programme.stop")}</button></p>`}
    <${Facts} of=${[
      ["id", html`<${Id} of=${one.id} />`],
      ["programme-worth", worthOf(one)],
      ["programme-owed", owedOf(one)],
      ["programme-least_points", shownNumber(one.least_points)],
      ["programme-months", shownNumber(one.expire_after_months)],
      ["programme-made_by", html`<${Name} of=${one.created_by} />`],
      ["created_at", html`<${Moment} at=${one.created_at} />`],
    ]} />
    <${Table} name=${`rules-${one.id}`} title=${say("programme.rules")} rows=${one.rules} columns=${rulesOf(one, keeps, again)} empty=${say("programme.rules.none")}
      tools=${keeps && html`<button type="button" onClick=${() => addRule(one, again)}>${say("programme.rule.add")}</button>`} />
    <${Table} name=${`rewards-${one.id}`} title=${say("programme.rewards")} rows=${one.rewards} id=${(row) => row.template_id} columns=${rewardsOf(one, keeps, again, templates)} empty=${say("programme.rewards.none")}
      tools=${keeps && offered.length > 0 && html`<button type="button" onClick=${() => addReward(one, offered, again)}>${say("programme.reward.add")}</button>`} />
    <section class="told" aria-label=${say("programme.words")}>
      <h2>${say("programme.words")}</h2>
      ${[["en", "en"], ["zh", "zh-Hans"]].map(([tongue, lang]) => html`<div key=${tongue} lang=${lang}><h3>${one.name[tongue]}</h3><p>${one.terms[tongue]}</p></div>`)}
    </section>
  `;
}

const ending = (end, label) => ({ key: "programme-end", cell: (row) => !row.ended_at && html`<button type="button" class="plain" aria-label=${label(row)} onClick=${() => end(row)}>${say("programme.end")}</button>`, text: () => "" });

const rulesOf = (one, keeps, again) => [
  { key: "programme-name", cell: (row) => row.name[language.value], text: (row) => row.name[language.value] },
  { key: "status", cell: (row) => html`<${Standing} of=${standingOf(row)} />`, text: (row) => standingOf(row) },
  { key: "programme-earns", cell: (row) => earnsOf(row, one.currency), text: (row) => earnsOf(row, one.currency) },
  { key: "programme-where", wide: true, cell: whereOf, text: whereOf },
  { key: "programme-when", wide: true, cell: whenOf, text: whenOf },
  ...(keeps ? [ending((row) => endRule(one, row, again), (row) => say("programme.end-of", { name: row.name[language.value] }))] : []),
];

const rewardsOf = (one, keeps, again, templates) => {
  const nameOf = (row) => templates.find(({ id }) => id === row.template_id)?.name[language.value] ?? row.template_id;
  return [
    { key: "programme-template", cell: (row) => html`<a href=${`#/coupons/${row.template_id}`} data-stop>${nameOf(row)}</a>`, text: nameOf },
    { key: "programme-points", number: true, cell: (row) => shownNumber(row.points), text: (row) => row.points },
    ...(keeps ? [ending((row) => endReward(one, row, again), (row) => say("programme.end-of", { name: nameOf(row) }))] : []),
  ];
};
