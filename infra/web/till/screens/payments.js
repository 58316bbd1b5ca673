/** Payments and refunds: an order or a payment by its number, or all of them, newest first. */
import { Currencies, inCurrency } from "/till/office.js";
import { Row, Sale } from "/till/rows.js";
import { shownSum } from "/till/sales.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Empty, Field, Form, Heading, job, Pages, Submit, Up, Waiting } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const PAYMENT = /^pay_[0-9a-z]{26}$/;

export function open() {
  const { list, close } = inCurrency("/sales");
  const found = signal(null);
  const search = job(async ({ words }) => {
    if (PAYMENT.test(words.trim())) return go(`/payments/${words.trim()}`);
    found.value = (await get(`/v1/payments?limit=50&order_reference=${encodeURIComponent(words.trim())}`)).data;
  });
  return { title: () => say("office.payments"), view: () => html`<${Payments} list=${list.value} found=${found} search=${search} />`, close };
}

const Payments = ({ list, found, search }) => html`
  <${Up} path="/more">${say("more.title")}<//>
  <${Heading}>${say("office.payments")}<//>
  <div role="search">
    <${Form} job=${search}>
      <${Field} name="words" label=${say("office.search")} hint=${say("office.search-hint")} autocomplete="off" autocapitalize="none" spellcheck="false" required />
      <${Submit} job=${search} kind="secondary">${say("office.search-go")}<//>
    <//>
  </div>
  ${found.value && html`<${Found} rows=${found.value} away=${() => (found.value = null)} />`}
  ${!found.value && html`
    <h2>${say("office.all-sales")}</h2>
    <${Currencies} />
    ${list ? html`<${Pages} of=${list} empty=${say("office.nothing")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("office.all-sales")}>${rows.map((one) => html`<${Sale} key=${one.id} of=${one} />`)}</ul>`}<//>` : html`<${Waiting} />`}`}
`;

const Found = ({ rows, away }) => html`
  <section aria-live="polite">
    ${rows.length === 0 && html`<${Empty}>${say("office.not-found")}<//>`}
    ${rows.length > 0 && html`<ul class="rows card" aria-label=${say("office.found")}>${rows.map((one) => html`<${Row} key=${one.id} path=${`/payments/${one.id}`} title=${`${one.order_reference} · ${shownSum(one)}`} about=${`${sayOr(`sold.status.${one.status}`, one.status)} · ${shownMoment(one.created_at)}`} />`)}</ul>`}
    <p><button type="button" class="plain" onClick=${away}>${say("office.all-sales")}</button></p>
  </section>
`;
