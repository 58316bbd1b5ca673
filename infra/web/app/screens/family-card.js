/** A family card: what is left of the month, what it may do, what it paid; changing it, and ending it from either side. */
import { isOwner, PATH, standing } from "/app/family-cards.js";
import { categoriesOf, Terms, terms, wishOf, wrongOf } from "/app/family-terms.js";
import { shownLately } from "/app/money.js";
import { Sure, sure } from "/app/sure.js";
import { money, say, shownMoney } from "/shared/language.js";
import { announce, Button, Facts, Form, Heading, job, Money, Pages, pages, Problem, Shown, Submit, Up, When } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const EVERY_MS = 15_000;

export function open({ params }) {
  const path = `${PATH}/${encodeURIComponent(params.id)}`;
  const [card, form, refused] = [see(path), signal(null), signal({})];
  const list = pages((cursor) => get(`${path}/payments?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));
  const step = (what, said) => async () => {
    await call("POST", `${path}/${what}`, { body: {} }).finally(() => lookAgain(PATH));
    announce(say(said));
  };
  const change = job(async ({ currency, monthly_cap, person }) => {
    const wish = wishOf(form.peek(), currency);
    refused.value = wrongOf(form.peek(), wish, currency);
    if (Object.values(refused.peek()).some(Boolean)) return;
    const about = { what: "family-card", amount: wish.monthly_cap ?? monthly_cap, currency, to: person };
    await call("PATCH", path, { body: wish, about }).finally(() => lookAgain(PATH));
    form.value = null;
    announce(say("family-card.changed"));
  });
  const jobs = { change, accept: job(step("accept", "family-card.accepted")), decline: sure(step("decline", "family-card.declined")), end: sure(step("end", "family-card.over")) };
  const stop = watch(() => see(path), EVERY_MS);
  return { title: () => titleOf(card.value.data), view: () => html`<${Card} card=${card} ...${{ list, form, refused, jobs }} />`, close: stop };
}

const titleOf = (one) => (one ? one.name || say(isOwner(one) ? "family-card.title.given" : "family-card.title.held", { name: one.person }) : say("family-card.title"));

const Card = ({ card, list, ...of }) => html`
  <${Up} path="/family-cards">${say("family-cards.title")}<//>
  <${Shown} of=${card} lines=${5}>
    ${(one) => html`
      <${Heading}>${titleOf(one)}<//>
      ${one.status !== "active" && html`<p class="note" role="status">${say(`family-card.state.${stateOf(one)}`, { name: one.person })}</p>`}
      ${one.status === "active" && html`<${Meter} of=${one} />`}
      <${Facts} of=${facts(one)} />
      ${standing(one) === "holder.offered" ? html`<${Answer} one=${one} jobs=${of.jobs} />` : html`<${Ways} one=${one} ...${of} />`}
      ${one.status !== "offered" && html`<${Payments} list=${list} />`}
    `}
  <//>
`;

const stateOf = (one) => (one.status === "ended" && one.ended_by ? (one.ended_by === one.role ? "me" : "them") : standing(one));

const facts = (one) => [
  [say(isOwner(one) ? "family-card.holder" : "family-card.owner"), one.person],
  [say("family-card.cap.short"), one.status !== "active" && shownMoney(one.monthly_cap, one.currency)],
  [say("family-card.where"), categoriesOf(one)],
  [say("family-card.asks"), one.approval_above !== undefined && say("family-card.asks.above", { above: money(one.approval_above, one.currency) })],
  [say("family-card.since"), html`<${When} at=${one.created_at} />`],
];

/** How much of the month is spent, in figures and as a bar. */
const Meter = ({ of: { monthly_cap, spent_this_month, left_this_month, currency } }) => html`
  <section class="card balance" aria-label=${say("family-card.month")}>
    <p class="label">${say("family-card.left")}</p>
    <p class="sum"><${Money} amount=${left_this_month} currency=${currency} /></p>
    <progress max=${monthly_cap} value=${spent_this_month} aria-label=${say("family-card.month")}></progress>
    <p><small>${say("family-card.spent", { spent: money(spent_this_month, currency), cap: money(monthly_cap, currency) })}</small></p>
  </section>
`;

/** Whoever is offered one knows what it means before they take it. */
const Answer = ({ one, jobs }) => html`
  <p>${say("family-card.offer.means", { name: one.person })}</p>
  <${Problem} of=${jobs.accept.problem.value} />
  <p><${Button} kind="main" job=${jobs.accept} onClick=${jobs.accept.run}>${say("family-card.accept")}<//></p>
  <p><button type="button" class="secondary wide" onClick=${() => jobs.decline.ask(one)}>${say("family-card.decline")}</button></p>
  <${Sure} of=${jobs.decline} title=${say("family-card.decline.sure")} go=${say("family-card.decline.go")}>${say("family-card.decline.means", { name: one.person })}<//>
`;

function Ways({ one, form, refused, jobs }) {
  if (one.status === "ended") return null;
  return html`
    ${isOwner(one) ? html`<${Change} one=${one} form=${form} refused=${refused} change=${jobs.change} />` : html`<p>${say("family-card.use", { name: one.person })}</p>`}
    <p><button type="button" class="danger wide" onClick=${() => jobs.end.ask(one)}>${say("family-card.end")}</button></p>
    <${Sure} of=${jobs.end} title=${say("family-card.end.sure")} go=${say("family-card.end.go")} kind="danger">${say("family-card.end.means", { name: one.person })}<//>
  `;
}

function Change({ one, form, refused, change }) {
  const begin = () => ((refused.value = {}), (change.problem.value = null), (form.value = terms(one)));
  if (!form.value) return html`<p><button type="button" class="secondary wide" onClick=${begin}>${say("family-card.change")}</button></p>`;
  return html`
    <section class="card" aria-label=${say("family-card.change")}>
      <${Form} job=${{ ...change, run: () => change.run(one) }}>
        <${Terms} of=${form.value} refused=${refused} currency=${one.currency} />
        <${Submit} job=${change}>${say("shared.save")}<//>
      <//>
      <button type="button" class="secondary wide" onClick=${() => (form.value = null)}>${say("shared.cancel")}</button>
    </section>
  `;
}

/** Both sides see the same. */
const Payments = ({ list }) => html`
  <h2>${say("family-card.payments")}</h2>
  <${Pages} of=${list} empty=${say("family-card.payments.none")}>
    ${(rows) => rows.length > 0 && html`
      <ul class="rows card">
        ${rows.map((paid) => html`
          <li key=${paid.payment_id}><a href=${`#/payments/${paid.payment_id}`}>
            <span class="row-words"><strong>${paid.merchant_name || say("entry.merchant")}</strong><small>${[shownLately(paid.at), paid.status !== "captured" && say(`payment.${paid.status}`)].filter(Boolean).join(" · ")}</small></span>
            <${Money} amount=${paid.amount} currency=${paid.currency} />
          </a></li>`)}
      </ul>`}
  <//>
`;
