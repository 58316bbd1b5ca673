/** Home: what is there, what is on its way, what happened last, and the ways to pay, top up and withdraw. */
import { wallets } from "/app/me.js";
import { Ended, Open } from "/app/meant.js";
import { EntryRow, entriesOf, Frozen, meet } from "/app/money.js";
import { done, mine as open_intents } from "/shared/intents.js";
import { money, say } from "/shared/language.js";
import { Empty, Heading, Icon, Money, Shown } from "/shared/parts.js";
import { lastSeen, see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const LAST = 5;
const UNFINISHED = ["pending", "unknown"];
/** Sending money to a person joins them once the API has it. */
const ACTIONS = [
  ["#/pay", "pay", "home.pay"],
  ["#/topup", "plus", "home.topup"],
  ["#/withdraw", "out", "home.withdraw"],
];
/** Of what goes through a bank: where it is, here and in the API. */
const MOVING = { topup: "topups", withdrawal: "withdrawals" };

export function open() {
  const mine = wallets();
  const lately = signal(null);
  const paths = done()
    .filter(({ about, outcome, unseen }) => !unseen && about.what in MOVING && UNFINISHED.includes(outcome.body?.status))
    .map(({ about, outcome }) => `/v1/${MOVING[about.what]}/${outcome.body.id}`)
    .filter((path) => UNFINISHED.includes(lastSeen(path)?.status ?? "pending"));
  const moving = paths.map((path) => ({ path, found: see(path) }));
  const follow = () => (lately.value = see(entriesOf(mine.peek().data.data[0].id)));
  const again = () => {
    wallets();
    paths.forEach((path) => see(path));
    if (lately.peek()) follow();
  };
  const stopLooking = effect(() => mine.value.data && !lately.peek() && untracked(follow));
  const stop = watch(again, 20_000);
  const view = () => html`<${Home} mine=${mine} lately=${lately.value} moving=${moving} />`;
  return { title: () => say("home.title"), view, close: () => (stop(), stopLooking()) };
}

const Home = ({ mine, lately, moving }) => html`
  <${Heading}>${say("home.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => data.map((wallet) => html`<${Balance} key=${wallet.id} wallet=${wallet} />`)}<//>
  <div class="actions" role="group" aria-label=${say("home.actions")}>
    ${ACTIONS.map(([href, icon, key]) => html`<a class="button" href=${href}><${Icon} name=${icon} />${say(key)}</a>`)}
  </div>
  <${Ended} />
  <${OnItsWay} moving=${moving} />
  <h2>${say("home.recent")}</h2>
  ${lately && html`<${Shown} of=${lately} lines=${5}>${({ data }) => html`<${Recent} rows=${data.slice(0, LAST)} wallet=${mine.value.data.data[0].id} />`}<//>`}
`;

const Balance = ({ wallet }) => html`
  <section class="card balance" aria-label=${say("home.balance", { currency: wallet.currency })}>
    <p class="label">${say("home.balance", { currency: wallet.currency })}</p>
    <p class="sum"><${Money} amount=${wallet.available} currency=${wallet.currency} /></p>
    ${wallet.held > 0 && html`<p>${say("home.held", { amount: money(wallet.held, wallet.currency) })}</p>`}
    ${wallet.debt > 0 && html`<p class="debt">${say("home.debt", { amount: money(wallet.debt, wallet.currency) })}</p>`}
    <${Frozen} wallet=${wallet} />
  </section>
`;

/** What was meant and is not known to have ended, and what a bank still has to answer. */
function OnItsWay({ moving }) {
  const waiting = moving.map(({ path, found }) => ({ place: path.split("/")[2], ...found.value.data })).filter((one) => UNFINISHED.includes(one.status));
  if (!open_intents().length && !waiting.length) return null;
  return html`
    <h2>${say("home.on-its-way")}</h2>
    <ul class="rows on-its-way">
      <${Open} />
      ${waiting.map(({ place, ...one }) => html`
        <li key=${one.id}><a href=${`#/${place}/${one.id}`}><span class="row-words"><strong>${say(place === "topups" ? "kind.top-up" : "kind.withdrawal")}</strong><small>${say(`topup.${one.status}.short`)}</small></span><${Money} ...${one} /></a></li>`)}
    </ul>
  `;
}

function Recent({ rows, wallet }) {
  meet(rows);
  if (!rows.length) return html`<${Empty}>${say("home.nothing")}<//>`;
  return html`
    <ul class="rows">${rows.map((entry) => html`<${EntryRow} key=${entry.id} entry=${entry} wallet=${wallet} />`)}</ul>
    <p><a href="#/activity">${say("home.all")}</a></p>
  `;
}
