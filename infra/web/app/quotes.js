/**
 * Quotes of what each plan would cost: compared, then one of them in full, read, and agreed to within its quarter of an hour.
 * Nothing is chosen or ticked before its reader does it.
 */
import { nameOfPlan, shownDayBriefly, shownRate, sum } from "/app/credit.js";
import { Refused } from "/shared/door.js";
import { money, say } from "/shared/language.js";
import { Button, Filled, Form, job, Problem, Waiting } from "/shared/parts.js";
import { call } from "/shared/session.js";
import { computed, html, signal } from "/shared/ui.js";

const WISHES = { purchase: ["four", "three", "six", "twelve"], cash: ["three", "six", "twelve"] };
export const LEAST = 1_200;
const TICK_MS = 1000;

/**
 * {asking: a job(amount, currency), agreeing, of: {amount, currency, rows: [{plan, view or problem}], ends}, chosen, left: seconds,
 * over, forget, close}. The clock of the device decides nothing: what counts is how long ago they came.
 */
export function begunQuotes(kind) {
  const [of, chosen, left] = [signal(null), signal(""), signal(0)];
  const over = computed(() => left.value === 0);
  const forget = () => ((of.value = null), (chosen.value = ""));
  const tick = () => of.peek() && (left.value = Math.max(0, Math.ceil((of.peek().ends - performance.now()) / 1000)));
  const asking = job(async (amount, currency) => {
    forget();
    const rows = await Promise.all(WISHES[kind].map((plan) => quoted({ kind, plan, amount, currency })));
    const views = rows.filter(({ view }) => view);
    if (!views.length) throw rows[0].problem;
    const lasts = Math.min(...views.map(({ view: { quote } }) => Date.parse(quote.expires_at) - Date.parse(quote.created_at)));
    of.value = { amount, currency, rows, ends: performance.now() + lasts };
    tick();
  });
  const timer = setInterval(tick, TICK_MS);
  return { asking, agreeing: job((agree, view) => agree(view)), of, chosen, left, over, forget, close: () => clearInterval(timer) };
}

async function quoted(body) {
  try {
    return { plan: body.plan, view: await call("POST", "/v1/instalment-quotes", { body }) };
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    return { plan: body.plan, problem };
  }
}

/** Of `amount` alone: another one is quoted anew. `agree(view)`: what a yes does; `go(quote)`: the button's words. */
export function Quotes({ state, amount, agree, go }) {
  const found = state.of.value;
  if (state.asking.busy.value) return html`<${Waiting} lines=${4} />`;
  if (state.asking.problem.value) return html`<${Problem} of=${state.asking.problem.value} />`;
  if (!found || found.amount !== amount) return null;
  const again = () => state.asking.run(found.amount, found.currency);
  if (state.over.value) return html`
    <div class="note" role="status"><p>${say("quote.expired")}</p></div>
    <p><${Button} kind="secondary" job=${state.asking} onClick=${again}>${say("quote.again")}<//></p>`;
  const { view } = found.rows.find(({ plan }) => plan === state.chosen.value) ?? {};
  return html`
    <section aria-label=${say("quote.compare")}>
      <h2>${say("quote.compare")}</h2>
      <${Compare} rows=${found.rows} chosen=${state.chosen} />
      <${Clock} of=${state.left} />
    </section>
    ${view && html`<${Whole} key=${view.hash} view=${view} agreeing=${state.agreeing} agree=${agree} go=${go} />`}
  `;
}

const Clock = ({ of: left }) => html`<p><small>${say("quote.left", { time: clockOf(left.value) })}</small></p>`;
const clockOf = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
const HEADS = ["each", "cost", "rate", "total"];

const Compare = ({ rows, chosen }) => html`
  <div class="sideways" tabindex="0" role="group" aria-label=${say("quote.compare")}>
    <table class="compare">
      <thead><tr><th scope="col">${say("quote.plan")}</th>${HEADS.map((one) => html`<th key=${one} scope="col" class="number">${say(`quote.${one}`)}</th>`)}</tr></thead>
      <tbody>
        ${rows.map(({ plan, view }) => html`
          <tr key=${plan}>
            <th scope="row"><label><input type="radio" name="plan" value=${plan} checked=${chosen.value === plan} disabled=${!view} onChange=${() => (chosen.value = plan)} /><span>${say(`line.length.${plan}`)}</span></label></th>
            ${view ? cells(view.quote).map((value, at) => html`<td key=${at} class="number" data-head=${say(`quote.${HEADS[at]}`)}>${value}</td>`) : html`<td colspan="4"><small>${say("quote.beyond")}</small></td>`}
          </tr>`)}
      </tbody>
    </table>
  </div>
`;

/** Each time, what it costs beside what is lent, the annual rate, all of it. */
const cells = ({ instalments, interest, fee, annual_rate_basis_points, total, currency }) => [
  sum(Math.max(...instalments.map(({ amount }) => amount)), currency), sum(interest + fee, currency), shownRate(annual_rate_basis_points), sum(total, currency),
];

/** All of one quote: every instalment, what being late costs, the way out, the texts; then a yes. */
function Whole({ view, agreeing, agree, go }) {
  const { quote, texts } = view;
  const { currency } = quote;
  return html`
    <section class="card quote" aria-label=${nameOfPlan(quote)}>
      <h2>${nameOfPlan(quote)}</h2>
      <p>${say(quote.kind === "cash" ? "quote.says.cash" : quote.at_once ? "quote.says.four" : "quote.says", { amount: money(quote.amount, currency), total: money(quote.total, currency), cost: money(quote.interest + quote.fee, currency), rate: shownRate(quote.annual_rate_basis_points), once: money(quote.at_once, currency) })}</p>
      <${Schedule} quote=${quote} />
      <h3>${say("quote.late")}</h3>
      <p>${say("quote.late.detail", { days: quote.grace_days, part: shownRate(quote.late_fee_basis_points), each: money(quote.most_late_fee_each, currency), all: money(quote.most_late_fees, currency) })}</p>
      <h3>${say("quote.out")}</h3>
      <p>${say("quote.out.detail", { days: quote.withdrawal_days })}</p>
      ${texts.map((text) => html`<p key=${text} class="note">${text}</p>`)}
      <${Form} job=${{ ...agreeing, run: () => agreeing.run(agree, view) }}>
        <${Filled} name="read">${(problem) => html`
          <label class="consent" for="read"><input type="checkbox" id="read" name="read" required aria-describedby="read-about" aria-invalid=${problem ? "true" : undefined} /><span>${say("quote.read")}</span></label>
          <p id="read-about">${problem && html`<strong class="wrong">${problem}</strong>`}</p>`}<//>
        <button class="secondary wide">${go(quote)}</button>
      <//>
    </section>
  `;
}

/** Of an instalment, or of all: [column, amount]; the fee stands there only where there is one. */
const parts = (of, has_fee) => [["pay", of.amount], ["principal", of.principal], ["interest", of.interest], ...(has_fee ? [["fee", of.fee]] : [])];

function Schedule({ quote: { instalments, at_once, currency, fee, interest, amount, total } }) {
  const cellsOf = (of) => parts(of, fee > 0).map(([column, value]) => html`<td key=${column} class="number" data-head=${say(`quote.${column}`)}>${sum(value, currency)}</td>`);
  return html`
    <div class="sideways" tabindex="0" role="group" aria-label=${say("quote.schedule")}>
      <table class="schedule">
        <caption>${say("quote.schedule")}</caption>
        <thead><tr><th scope="col">${say("quote.due")}</th>${parts({}, fee > 0).map(([column]) => html`<th key=${column} scope="col" class="number">${say(`quote.${column}`)}</th>`)}</tr></thead>
        <tbody>${instalments.map((one, at) => html`<tr key=${one.due_on}><th scope="row">${at === 0 && at_once ? say("quote.today") : shownDayBriefly(one.due_on)}</th>${cellsOf(one)}</tr>`)}</tbody>
        <tfoot><tr><th scope="row">${say("quote.sum")}</th>${cellsOf({ amount: total, principal: amount, interest, fee })}</tr></tfoot>
      </table>
    </div>
  `;
}
