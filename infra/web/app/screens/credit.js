/** Credit: what a line is, asked for by nobody but its owner; the line, what its limit follows from, and the end of it. */
import { Bar, LINE, line, shownSigned, sum } from "/app/credit.js";
import { mode } from "/app/me.js";
import { Sure, sure } from "/app/sure.js";
import { say, shownMoment, shownNumber } from "/shared/language.js";
import { announce, Button, Facts, Heading, Icon, job, Problem, Shown } from "/shared/parts.js";
import { lookAgain, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const [EVERY_MS, ALL] = [20_000, 1000];

export function open() {
  const mine = line();
  const ask = job(async () => {
    const { status } = await call("POST", LINE, { body: {} });
    await lookAgain(LINE);
    announce(say(status === "open" ? "line.asked.open" : "line.asked.not"));
  });
  const end = sure(async () => {
    await call("DELETE", LINE);
    await lookAgain(LINE);
    announce(say("line.ended"));
  });
  return { title: () => say("line.title"), view: () => html`<${Credit} mine=${mine} ask=${ask} end=${end} />`, close: watch(line, EVERY_MS) };
}

const Credit = ({ mine, ask, end }) => html`
  <${Heading}>${say("line.title")}<//>
  <${Shown} of=${mine} lines=${5}>${(one) => html`
    ${one.status === "open" ? html`<${Line} of=${one} />` : html`<${What} />`}
    <${Why} of=${one} />
    ${one.status !== "open" && asks(one) && html`
      <p><${Button} kind="secondary" job=${ask} onClick=${ask.run}>${say(one.score ? "line.ask.again" : "line.ask")}<//></p>
      <p><small>${say("line.ask.about")}</small></p>`}
    <${Problem} of=${ask.problem.value} />
    ${(one.status !== "none" || one.used > 0) && html`<p><a class="alone" href="#/credit/plans">${say("line.plans")}</a></p>`}
    ${one.status === "open" && !one.reason && mayBorrow(one) && html`<p><a class="alone" href="#/credit/loan">${say("line.loan")}</a></p>`}
    ${one.score && html`<${Score} of=${one} />`}
    ${one.status === "open" && html`
      <p><${Button} kind="secondary" job=${ask} onClick=${ask.run}>${say("line.look-again")}<//></p>
      <p><button type="button" class="secondary" onClick=${() => end.ask(one)}>${say("line.end")}</button></p>`}
  `}<//>
  <${Sure} of=${end} title=${say("line.end.sure")} go=${say("line.end.go")}>${say("line.end.detail")}<//>
`;

const asks = ({ reason }) => !["guarded", "not-offered", "tier"].includes(reason);
const mayBorrow = ({ tier, cash_loans_from_tier: from }) => from !== null && tier >= from;

const What = () => html`
  <p>${say("line.lead")}</p>
  <ul class="facts">${["costs", "limit", "looks", "choice"].map((one) => html`<li key=${one}>${say(`line.lead.${one}`)}</li>`)}</ul>
  ${mode.value === "easy" && html`<p class="note">${say("line.lead.easy")} <a href="#/help">${say("line.talk")}</a></p>`}
`;

const Line = ({ of: { limit, used, available, currency, assessed_at } }) => html`
  <section class="card bill" aria-label=${say("line.line")}>
    <p class="label">${say("line.left")}</p>
    <p class="sum">${sum(available, currency)}</p>
    <${Bar} part=${used} whole=${limit} />
    <${Facts} of=${[
      [say("line.used"), sum(used, currency)],
      [say("line.limit"), sum(limit, currency)],
      [say("line.assessed"), assessed_at && shownMoment(assessed_at)],
    ]} />
  </section>
`;

/** Why nothing can be begun just now, or no loan, and what to add where that helps. */
function Why({ of: one }) {
  const needs = one.reason === "tier" ? one.instalments_from_tier : one.cash_loans_from_tier;
  if (one.reason === "tier") return html`<${Add} text=${say("line.why.tier", { tier: one.tier, needs })} />`;
  if (one.reason) return html`<div class="note" role="status"><p>${say(`line.why.${one.reason}`)}</p>${one.reason === "overdue" && html`<a class="alone" href="#/credit/plans">${say("line.plans")}</a>`}</div>`;
  if (one.status === "open" && needs !== null && !mayBorrow(one)) return html`<${Add} text=${say("line.why.cash", { needs })} />`;
  return null;
}

const Add = ({ text }) => html`<div class="note"><p>${text}</p><p><a class="alone" href="#/me/verification">${say("line.add")}<${Icon} name="on" /></a></p></div>`;

/** What each fact of the wallet was worth, and what would help. */
const Score = ({ of: { score } }) => html`
  <h2>${say("line.score")}</h2>
  <p>${say("line.score.sum", { points: shownNumber(score.points), all: shownNumber(ALL), least: shownNumber(score.least) })}</p>
  <ul class="rows factors">
    ${score.factors.map((one) => html`
      <li key=${one.code}>
        <p class="beside"><strong>${say(`line.factor.${one.code}`)}</strong><span>${one.most ? say("line.points", { points: shownSigned(one.points), most: shownNumber(one.most) }) : shownSigned(one.points)}</span></p>
        ${one.most > 0 && html`<${Bar} part=${one.points} whole=${one.most} />`}
        <small>${say(`line.counts.${one.code}`, { counts: one.counts })}</small>
        ${one.points < one.most && html`<small>${say(`line.helps.${one.code}`)}</small>`}
      </li>`)}
  </ul>
  <p><small>${say("line.score.nothing-else")}</small></p>
`;
