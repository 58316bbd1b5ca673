/** Home in the social mode: sending money, what others ask of me, the people I belong to, whom I paid lately; then the money. */
import { Beside, beside } from "/app/beside.js";
import { BillRow, bills, owing } from "/app/bills.js";
import { approvals, askerOf, guardian, payeeOf, waiting, wards } from "/app/family.js";
import { familyCards, offered } from "/app/family-cards.js";
import { wallets } from "/app/me.js";
import { Ended, Open } from "/app/meant.js";
import { mine as meant } from "/shared/intents.js";
import { see, watch } from "/shared/seen.js";
import { money, say } from "/shared/language.js";
import { Empty, Heading, Icon, Money, Shown } from "/shared/parts.js";
import { effect, html, signal } from "/shared/ui.js";

const EVERY_MS = 20_000;
const PAYEES = 6;

export function open() {
  const house = { mine: wallets(), wards: wards(), bond: guardian(), asked: approvals(), shared: bills(), lent: familyCards(), more: beside(), entries: signal(null) };
  const stopEntries = effect(() => {
    const first = house.mine.value.data?.data[0];
    if (first) queueMicrotask(() => (house.entries.value ??= see(`/v1/wallets/${first.id}/entries?limit=20`)));
  });
  const stop = watch(() => (wallets(), approvals(), wards(), bills(), familyCards(), beside()), EVERY_MS);
  const close = () => (stop(), stopEntries());
  return { title: () => say("social.title"), view: () => html`<${Home} ...${house} />`, close };
}

const Home = ({ mine, wards: others, bond, asked, shared, lent, more, entries }) => html`
  <${Heading}>${say("social.title")}<//>
  <div class="actions" role="group" aria-label=${say("home.actions")}>
    <a class="button" href="#/send"><${Icon} name="send" />${say("home.send")}</a>
    <a class="button" href="#/packets"><${Icon} name="packet" />${say("home.packet")}</a>
    <a class="button" href="#/bills"><${Icon} name="people" />${say("home.bill")}</a>
    <a class="button" href="#/gift-cards"><${Icon} name="gift" />${say("home.gift")}</a>
  </div>
  <${Ended} />
  <h2>${say("social.requests")}</h2>
  <${Shown} of=${asked} lines=${2}>${() => html`<${Requests} asked=${asked} wards=${others} shared=${shared} lent=${lent} />`}<//>
  <h2>${say("social.people")}</h2>
  <ul class="faces">
    ${people(bond, others).map(({ id, name, about }) => html`<li key=${id}><a href="#/family"><${Face} name=${name} /><span>${name}</span><small>${about}</small></a></li>`)}
    ${payees(entries.value).map(({ id, name }) => html`<li key=${id}><a href=${`#/pay?merchant=${id}`}><${Face} name=${name} /><span>${name}</span><small>${say("social.paid")}</small></a></li>`)}
    <li><a href="#/pay"><span class="face" aria-hidden="true"><${Icon} name="pay" /></span><span>${say("social.pay")}</span></a></li>
  </ul>
  <h2>${say("social.money")}</h2>
  <${Shown} of=${mine} lines=${1}>${({ data }) => data.map((wallet) => html`<p class="card beside" key=${wallet.id}><strong><${Money} amount=${wallet.available} currency=${wallet.currency} /></strong><a class="alone" href="#/topup">${say("social.top-up")}</a><a class="alone" href="#/withdraw">${say("social.withdraw")}</a></p>`)}<//>
  <${Beside} of=${more} />
`;

function Requests({ asked, wards: others, shared, lent }) {
  const asking = (others.value.data?.data ?? []).filter((one) => one.status === "asked");
  const none = waiting(asked).length + asking.length + owing(shared).length + offered(lent).length + meant().length === 0;
  if (none) return html`<${Empty}>${say("social.no-requests")}<//>`;
  return html`
    <ul class="rows card">
      ${waiting(asked).map((one) => html`<li key=${one.id}><a href=${`#/approvals/${one.id}`}><span class="row-words"><span>${say("social.asks", { name: askerOf(others, one) })}</span><small>${payeeOf(one)}</small></span><strong><${Money} amount=${one.amount} currency=${one.currency} /></strong></a></li>`)}
      ${asking.map((one) => html`<li key=${one.id}><a href="#/family"><span class="row-words"><span>${one.display_name}</span><small>${say("social.wants-guardian")}</small></span><${Icon} name="on" /></a></li>`)}
      ${owing(shared).map((one) => html`<${BillRow} key=${one.id} bill=${one} />`)}
      ${offered(lent).map((one) => html`<li key=${one.id}><a href=${`#/family-cards/${one.id}`}><span class="row-words"><span>${say("social.family-card", { name: one.person })}</span><small>${say("social.family-card.about", { cap: money(one.monthly_cap, one.currency) })}</small></span><${Icon} name="on" /></a></li>`)}
      <${Open} />
    </ul>
  `;
}

const Face = ({ name }) => html`<span class="face" aria-hidden="true">${[...name][0]}</span>`;

function people(bond, others) {
  const mine = bond.value.data;
  const guarding = mine && mine.status !== "none" ? [{ id: "guardian", name: mine.display_name || mine.identifier, about: say("social.guardian") }] : [];
  const guarded = (others.value.data?.data ?? []).filter((one) => one.status !== "asked");
  return [...guarding, ...guarded.map((one) => ({ id: one.id, name: one.display_name, about: say("social.ward") }))];
}

/** Whom I paid lately, each once, the newest first. */
function payees(entries) {
  const found = new Map();
  for (const one of entries?.value.data?.data ?? [])
    if (one.merchant_id && one.amount < 0 && !found.has(one.merchant_id)) found.set(one.merchant_id, { id: one.merchant_id, name: one.merchant_name || one.order_reference });
  return [...found.values()].slice(0, PAYEES);
}
