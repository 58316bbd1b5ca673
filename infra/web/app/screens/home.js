/** Home: what is there, what is on its way, what happened last, and the ways to pay and top up. */
import { wallets } from "/app/me.js";
import { Ended, Open } from "/app/meant.js";
import { EntryRow, entriesOf, Frozen, meet } from "/app/money.js";
import { done, mine as open_intents } from "/shared/intents.js";
import { money, say } from "/shared/language.js";
import { Empty, Heading, Icon, Money, Shown } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const LAST = 5;
const UNFINISHED = ["pending", "unknown"];
/** Sending money to a person takes the third place, once the API has it. */
const ACTIONS = [
  ["#/pay", "pay", "home.pay"],
  ["#/topup", "plus", "home.topup"],
];

export function open() {
  const mine = wallets();
  const lately = signal(null);
  const paths = done()
    .filter(({ about, outcome, unseen }) => !unseen && about.what === "topup" && UNFINISHED.includes(outcome.body?.status))
    .map(({ outcome }) => `/v1/topups/${outcome.body.id}`);
  const topups = paths.map((path) => see(path));
  const follow = () => (lately.value = see(entriesOf(mine.peek().data.data[0].id)));
  const again = () => {
    wallets();
    paths.forEach((path) => see(path));
    if (lately.peek()) follow();
  };
  const stopLooking = effect(() => mine.value.data && !lately.peek() && untracked(follow));
  const stop = watch(again, 20_000);
  const view = () => html`<${Home} mine=${mine} lately=${lately.value} topups=${topups} />`;
  return { title: () => say("home.title"), view, close: () => (stop(), stopLooking()) };
}

const Home = ({ mine, lately, topups }) => html`
  <${Heading}>${say("home.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => data.map((wallet) => html`<${Balance} key=${wallet.id} wallet=${wallet} />`)}<//>
  <div class="actions" role="group" aria-label=${say("home.actions")}>
    ${ACTIONS.map(([href, icon, key]) => html`<a class="button" href=${href}><${Icon} name=${icon} />${say(key)}</a>`)}
  </div>
  <${Ended} />
  <${OnItsWay} topups=${topups} />
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

/** What was meant and is not known to have ended, and top-ups that the bank still has to answer. */
function OnItsWay({ topups }) {
  const waiting = topups.map((one) => one.value.data).filter((one) => one && UNFINISHED.includes(one.status));
  if (!open_intents().length && !waiting.length) return null;
  return html`
    <h2>${say("home.on-its-way")}</h2>
    <ul class="rows on-its-way">
      <${Open} />
      ${waiting.map((topup) => html`
        <li key=${topup.id}><a href=${`#/topups/${topup.id}`}><span class="row-words"><strong>${say("kind.top-up")}</strong><small>${say(`topup.${topup.status}.short`)}</small></span><${Money} ...${topup} /></a></li>`)}
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
