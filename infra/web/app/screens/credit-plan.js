/** One plan as a time line, and what its owner may do: repay, pause, withdraw; and what came of what they did. */
import { wrongAmount } from "/app/amounts.js";
import { Bar, leavable, nameOfPlan, planPath, repay, shownDay, shownRate, sum, timeline, toGiveBack, withdrawFrom } from "/app/credit.js";
import { Sure, sure } from "/app/sure.js";
import "/app/screens/result.js";
import { newKey } from "/shared/door.js";
import { finished } from "/shared/intents.js";
import { money, readMoney, say, shownMoment } from "/shared/language.js";
import { Facts, Field, Form, Heading, job, Shown, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const [EVERY_MS, MOST_PAUSED] = [20_000, 2];

/** `query.done`: the intent that led here. */
export function open({ params, query }) {
  const path = planPath(params.id);
  const [plan, paused, form] = [see(path), signal(null), newKey()];
  const acts = {
    repay: sure(({ of, amount }) => goInstead(`/results/${repay(of, amount, `${form} ${amount ?? "all"}`)}`)),
    leave: sure((of) => goInstead(`/results/${withdrawFrom(of, form)}`)),
    pause: sure(async (months) => {
      paused.value = await call("POST", `${path}/pause`, { body: { months } });
      await lookAgain(path, "/v1/instalment-plans");
    }),
  };
  const part = { typed: signal(""), wrong: signal("") };
  part.look = job((of) => {
    const amount = readMoney(part.typed.peek(), of.currency);
    part.wrong.value = wrongOf(amount, of, part.typed.peek());
    if (!part.wrong.peek()) acts.repay.ask({ of, amount: amount === of.payoff ? undefined : amount });
  });
  const view = () => html`<${Plan} plan=${plan} acts=${acts} part=${part} paused=${paused.value} done=${finished(query.done)} />`;
  return { title: () => titleOf(plan), view, close: watch(() => see(path), EVERY_MS) };
}

/** What is wrong with a part to repay, in words; "" if nothing is. */
function wrongOf(amount, { payoff, currency }, text) {
  if (!amount) return wrongAmount(text, currency);
  return amount > payoff ? say("plan.repay.most", { payoff: money(payoff, currency) }) : "";
}

const titleOf = ({ value: { data } }) => (data ? nameOfPlan(data) : say("plan.title"));
const runs = ({ status }) => ["active", "overdue"].includes(status);

const Plan = ({ plan, acts, part, paused, done }) => html`
  <${Up} path="/credit/plans">${say("line.plans")}<//>
  <${Heading}>${titleOf(plan)}<//>
  <${Shown} of=${plan} lines=${6}>${(one) => html`
    <${Happened} of=${one} paused=${paused} done=${done} />
    <${Standing} of=${one} />
    <h2>${say("plan.instalments")}</h2>
    <ol class="timeline plan">${timeline(one).map((item) => html`<${Instalment} key=${item.due_on} of=${item} currency=${one.currency} />`)}</ol>
    ${runs(one) && html`<${Repay} of=${one} ask=${acts.repay.ask} part=${part} /><${Pause} of=${one} ask=${acts.pause.ask} />`}
    ${leavable(one) && html`<${Leave} of=${one} ask=${acts.leave.ask} />`}
    <${Questions} of=${one} acts=${acts} />
  `}<//>
`;

/** After an act: what it came to. */
function Happened({ of: { currency, next_due_on }, paused, done }) {
  const body = done?.outcome?.status < 400 ? done.outcome.body : null;
  if (paused) return html`<p class="good" role="status">${say("plan.paused", { day: shownDay(next_due_on ?? paused.next_due_on) })}</p>`;
  if (!body) return null;
  const [what, amount] = [happened(done.about, body), body.returned || body.amount];
  return html`
    <div class="card" role="status">
      <p><strong>${say(`plan.happened.${what}`, { amount: money(amount, currency), day: next_due_on && shownDay(next_due_on) })}</strong></p>
      ${body.plan_id && html`<${Facts} of=${[[say("quote.principal"), sum(body.principal, currency)], [say("quote.interest"), body.interest !== 0 && sum(body.interest, currency)], [say("plan.fees"), body.fees !== 0 && sum(body.fees, currency)], [say("plan.owed-now"), sum(body.owed, currency)]]} />`}
    </div>`;
}

function happened({ what }, { status, returned }) {
  if (what === "loan") return "loan";
  if (status === "undone") return returned ? "returned" : "undone";
  if (what === "plan-withdrawal") return "withdrawn";
  return status === "repaid" ? "repaid" : "part";
}

const Standing = ({ of: one }) => html`
  <section class="card bill" aria-label=${say("plan.title")}>
    <p class="label">${say(runs(one) ? (one.withdrawn ? "plan.is.withdrawn" : "plan.owed") : `plan.is.${one.status}`)}</p>
    <p class="sum">${sum(runs(one) ? one.owed : one.amount, one.currency)}</p>
    ${runs(one) && html`<${Bar} part=${one.lent - one.owed} whole=${one.lent} />`}
    ${one.status === "overdue" && html`<p class="note" role="status">${say("plan.is.overdue.sum", { due: money(one.due, one.currency) })} ${say("plan.overdue.help")} <a href="#/help">${say("line.talk")}</a></p>`}
    <${Facts} of=${[
      [say("plan.next-is"), one.next_due_on && `${sum(one.next_amount, one.currency)}, ${shownDay(one.next_due_on)}`],
      [say("plan.of"), sum(one.amount, one.currency)],
      [say("plan.total"), !one.withdrawn && sum(one.total, one.currency)],
      [say("quote.rate"), !one.withdrawn && shownRate(one.annual_rate_basis_points)],
      [say("plan.late-fees"), one.late_fees > 0 && sum(one.late_fees, one.currency)],
      [say("plan.paused-for"), one.paused_months > 0 && say(`plan.months.${one.paused_months}`)],
      [say("plan.begun"), shownMoment(one.created_at)],
    ]} />
    ${one.payment_id && html`<p><a class="alone" href=${`#/payments/${one.payment_id}`}>${say("plan.payment")}</a></p>`}
  </section>
`;

const Instalment = ({ of: { state, due_on, amount, late_fee, missing }, currency }) => html`
  <li data-state=${state} aria-current=${state === "next" ? "step" : undefined}>
    <span><strong>${say(`plan.step.${state}`)}</strong>${late_fee > 0 && html`<small>${say("plan.step.late-fee", { fee: money(late_fee, currency) })}</small>`}${state !== "paid" && missing < amount + late_fee && html`<small>${say("plan.step.left", { missing: money(missing, currency) })}</small>`}</span>
    <span class="row-end">${sum(amount + late_fee, currency)}<small><time datetime=${due_on}>${shownDay(due_on)}</time></small></span>
  </li>
`;

function Repay({ of: one, ask, part: { typed, wrong, look } }) {
  const { currency, payoff } = one;
  return html`
    <h2>${say("plan.repay")}</h2>
    <p>${say(one.spared > 0 ? "plan.repay.spares" : "plan.repay.all.detail", { payoff: money(payoff, currency), spared: money(one.spared, currency) })}</p>
    <p><button type="button" class="secondary wide" onClick=${() => ask({ of: one })}>${say("plan.repay.all", { payoff: money(payoff, currency) })}</button></p>
    <${Form} job=${{ ...look, run: () => look.run(one) }}>
      <${Field} name="amount" label=${say("plan.repay.part", { currency })} hint=${say("plan.repay.part.hint")} problem=${wrong.value} inputmode="decimal" autocomplete="off" value=${typed.value} onInput=${(event) => ((typed.value = event.target.value), (wrong.value = ""))} />
      <button class="secondary">${say("plan.repay.part.go")}</button>
    <//>
  `;
}

const Pause = ({ of: { paused_months: before }, ask }) => html`
  <h2>${say("plan.pause")}</h2>
  <p>${say(before < MOST_PAUSED ? "plan.pause.detail" : "plan.pause.used")}</p>
  <p class="acts">${[1, 2].filter((months) => months > before).map((months) => html`<button key=${months} type="button" class="secondary" onClick=${() => ask(months)}>${say(before ? "plan.pause.more" : `plan.pause.${months}`)}</button>`)}</p>
`;

const Leave = ({ of: one, ask }) => html`
  <h2>${say("plan.withdraw")}</h2>
  <p>${say("plan.withdraw.detail", { until: shownMoment(one.withdrawal_until) })}</p>
  <p><button type="button" class="secondary" onClick=${() => ask(one)}>${say("plan.withdraw.go")}</button></p>
`;

function Questions({ of: one, acts: { repay: pay, pause, leave } }) {
  const amount = money(pay.about.value?.what.amount ?? one.payoff, one.currency);
  const months = pause.about.value?.what ?? 1;
  return html`
    <${Sure} of=${pay} title=${say("plan.repay.sure", { amount })} go=${say("plan.repay.go", { amount })}>${say(pay.about.value?.what.amount ? "plan.repay.part.detail" : "plan.repay.all.detail")}<//>
    <${Sure} of=${pause} title=${say("plan.pause.sure", { months: say(`plan.months.${months}`) })} go=${say("plan.pause.go")}>${say("plan.pause.sure.detail")}<//>
    <${Sure} of=${leave} title=${say("plan.withdraw.sure")} go=${say("plan.withdraw.go")}>${say(toGiveBack(one) < 0 ? "plan.withdraw.sure.back" : "plan.withdraw.sure.detail", { amount: money(Math.abs(toGiveBack(one)), one.currency) })}<//>
  `;
}
