/** Today: what came in and went back, newest first, with sums; what this till has just taken stands above it. */
import { Sale } from "/till/rows.js";
import { chargeIn, currencies, currency, staff } from "/till/staff.js";
import { sums, today } from "/till/today.js";
import { done } from "/shared/intents.js";
import { say, shownClock, shownDate, shownMoney } from "/shared/language.js";
import { Empty, Facts, Heading, Money, Problem, Waiting } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 10_000;

export function open() {
  const list = signal(null);
  const begin = effect(() => {
    const one = today(currency.value);
    list.value = one;
    untracked(() => void one.look.run());
  });
  const stop = watch(() => list.peek()?.look.run(), EVERY_MS);
  return { title: () => say("today.title"), view: () => html`<${Today} of=${list.value} />`, close: () => (begin(), stop()) };
}

/** Paid by a code of this till where they stand, and not in the list yet: it is settled in a moment. */
function lately(rows) {
  const known = new Set(rows.map(({ payment_id }) => payment_id));
  const charges = done().filter(({ about, outcome }) => about.what === "charge" && about.currency === currency.value && isHere(about) && outcome.body?.status === "captured");
  return charges.map(({ outcome }) => outcome.body).filter(({ id, created_at }) => !known.has(id) && Date.parse(created_at) > Date.now() - 60_000);
}

const isHere = ({ by }) => !staff.value?.store_id || by?.store_id === staff.value.store_id;

function Today({ of: { rows, whole, look } }) {
  const found = rows.value;
  return html`
    <${Heading}>${say("today.title")}<//>
    <p>${shownDate(Date.now())}</p>
    ${currencies().length > 1 && html`
      <div class="chips" role="group" aria-label=${say("till.currency")}>
        ${currencies().map((one) => html`<button type="button" key=${one} aria-pressed=${one === currency.value} onClick=${() => chargeIn(one)}>${one}</button>`)}
      </div>`}
    <${Problem} of=${look.problem.value} />
    ${found === null ? !look.problem.value && html`<${Waiting} lines=${5} />` : html`<${Found} rows=${found} whole=${whole.value} />`}
  `;
}

function Found({ rows, whole }) {
  const unit = currency.value;
  const { sold, back, net, count } = sums(rows);
  const fresh = lately(rows);
  return html`
    <section class="card balance" aria-label=${say("today.sum")}>
      <p class="label">${say("today.sum")}</p>
      <p class="sum"><${Money} amount=${net} currency=${unit} /></p>
      <${Facts} of=${[[say("today.sold"), shownMoney(sold, unit)], [say("today.back"), back ? shownMoney(back, unit) : ""], [say("today.count"), String(count)]]} />
      ${!whole && html`<p class="note" role="status">${say("today.not-whole", { count })}</p>`}
    </section>
    ${fresh.length > 0 && html`
      <h2>${say("today.fresh")}</h2>
      <ul class="rows card">${fresh.map((one) => html`<${Sale} key=${one.id} of=${{ ...one, payment_id: one.id, kind: "payment" }} when=${shownClock} />`)}</ul>`}
    ${rows.length === 0 && fresh.length === 0 && html`<${Empty}>${say("today.empty")}<//>`}
    ${rows.length > 0 && html`<ul class="rows card" aria-label=${say("today.title")}>${rows.map((one) => html`<${Sale} key=${one.id} of=${one} when=${shownClock} />`)}</ul>`}
  `;
}
