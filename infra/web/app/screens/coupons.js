/** My coupons, and those that everybody may take: what each is good for, until when, and where it came from. */
import { MINE, statusOf, termsOf, valueOf } from "/app/coupons.js";
import { Choice, choice, choosing, knownAnew } from "/app/offers.js";
import { language, say, sayOr, shownMoney } from "/shared/language.js";
import { announce, Button, Facts, Heading, job, Pages, pages, Problem } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const MANY = 50;
const page = (path, cursor) => get(`${path}?limit=${MANY}${cursor ? `&cursor=${cursor}` : ""}`);
const mineAnew = () => pages((cursor) => page(MINE, cursor));
/** What is known of somebody is made as they look at offers: it is seen after that. */
const offersAnew = () =>
  pages(async (cursor) => {
    const found = await page("/v1/offers", cursor);
    void knownAnew();
    return found;
  });

export function open() {
  const [mine, offers, taken] = [signal(mineAnew()), signal(offersAnew()), signal("")];
  const look = () => ((mine.value = mineAnew()), (offers.value = offersAnew()));
  const take = job(async (offer) => {
    taken.value = offer.id;
    try {
      await call("POST", `/v1/offers/${offer.id}/claims`);
      announce(say("coupon.taken", { name: offer.name }));
    } finally {
      look();
    }
  });
  const [personal, choose] = [choice(), choosing(() => (offers.value = offersAnew()))];
  let spoken = language.peek();
  const stop = effect(() => {
    if (language.value === spoken) return;
    spoken = language.value;
    untracked(look);
  });
  return { title: () => say("coupons.title"), close: stop, view: () => html`<${Coupons} mine=${mine.value} offers=${offers.value} take=${take} taken=${taken.value} personal=${personal} choose=${choose} />` };
}

const GROUPS = ["active", "used", "expired"];

const Coupons = ({ mine, offers, take, taken, personal, choose }) => html`
  <${Heading}>${say("coupons.title")}<//>
  <p>${say("coupons.lead")}</p>
  <${Pages} of=${mine} empty=${say("coupons.none")}>
    ${(rows) => GROUPS.map((group) => html`<${Group} key=${group} name=${group} rows=${rows.filter((one) => statusOf(one) === group)} />`)}
  <//>
  <h2>${say("offers.title")}</h2>
  <p>${say("offers.lead")}</p>
  <${Choice} of=${personal} choose=${choose} />
  <${Problem} of=${take.problem.value} />
  ${take.problem.value && html`<p>${say("offers.what-now")}</p>`}
  <${Pages} of=${offers} empty=${say("offers.none")}>
    ${(rows) => rows.map((one) => html`<${Offer} key=${one.id} offer=${one} take=${take} busy=${taken === one.id} />`)}
  <//>
`;

/** What can be used stands open; what cannot any more, folded away. */
const Group = ({ name, rows }) => rows.length > 0 && (name === "active" ? html`
  <h2>${say("coupons.active")}</h2>
  ${rows.map((one) => html`<${Coupon} key=${one.id} coupon=${one} />`)}` : html`
  <details class="over">
    <summary>${say(`coupons.${name}`, { count: rows.length })}</summary>
    ${rows.map((one) => html`<${Coupon} key=${one.id} coupon=${one} />`)}
  </details>`);

const Coupon = ({ coupon: one }) => html`
  <article class=${`card coupon ${statusOf(one)}`} aria-label=${one.name}>
    <p class="label">${one.name}</p>
    <p class="value">${valueOf(one)}</p>
    <${Facts} of=${[
      ...termsOf(one),
      [say("coupon.why"), sayOr(`coupon.why.${one.why}`, "")],
      [say("coupon.returned"), one.returned > 0 && shownMoney(one.returned, one.currency)],
    ]} />
    <p><small>${one.terms}</small></p>
    ${one.payment_id && html`<p><a class="alone" href=${`#/payments/${one.payment_id}`}>${say("coupon.payment")}</a></p>`}
  </article>
`;

const Offer = ({ offer: one, take, busy }) => html`
  <article class="card coupon offer" aria-label=${one.name}>
    <p class="label">${one.name}</p>
    <p class="value">${valueOf(one)}</p>
    <${Facts} of=${termsOf(one)} />
    <p><small>${one.terms}</small></p>
    <p class="why">${one.why}</p>
    ${one.taken ? html`<p class="good" role="status">${say("coupon.is-mine")}</p>` : html`<${Button} kind="main" job=${busy ? take : null} onClick=${() => take.run(one)}>${say("coupon.take")}<//>`}
  </article>
`;
