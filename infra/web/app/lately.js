/** Under the balance on the home screen: how things ended, what is on its way, and what happened last. */
import { bills, Owed } from "/app/bills.js";
import { Beside, beside } from "/app/beside.js";
import { cards } from "/app/me.js";
import { Ended, Open } from "/app/meant.js";
import { EntryRow, entriesOf, meet, shownLately } from "/app/money.js";
import { done, mine as open_intents } from "/shared/intents.js";
import { say } from "/shared/language.js";
import { Empty, Money, Shown } from "/shared/parts.js";
import { lastSeen, see } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const LAST = 5;
const UNFINISHED = ["pending", "unknown", "scheduled"];
/** Of what goes through a bank, or waits before it arrives: where it is, here and in the API. */
const MOVING = { topup: "topups", withdrawal: "withdrawals", transfer: "transfers" };
const NAMES = { topups: "kind.top-up", withdrawals: "kind.withdrawal" };

/** `mine`: the wallets, as a resource → {view, again (looks anew), close}. */
export function begin(mine) {
  const lately = signal(null);
  const paths = done()
    .filter(({ about, outcome, unseen }) => !unseen && about.what in MOVING && UNFINISHED.includes(outcome.body?.status))
    .map(({ about, outcome }) => `/v1/${MOVING[about.what]}/${outcome.body.id}`)
    .filter((path) => UNFINISHED.includes(lastSeen(path)?.status ?? "pending"));
  const moving = paths.map((path) => ({ path, found: see(path) }));
  const follow = () => (lately.value = see(entriesOf(mine.peek().data.data[0].id)));
  const [owned, asked, more] = [cards(), bills(), beside()];
  const close = effect(() => mine.value.data && !lately.peek() && untracked(follow));
  const again = () => {
    paths.forEach((path) => see(path));
    cards();
    bills();
    beside();
    if (lately.peek()) follow();
  };
  return { view: () => html`<${Lately} mine=${mine} lately=${lately.value} moving=${moving} owned=${owned} asked=${asked} more=${more} />`, again, close };
}

const Lately = ({ mine, lately, moving, owned, asked, more }) => html`
  <${Ended} />
  <${Owed} of=${asked} />
  <${Beside} of=${more} />
  <${Cards} of=${owned.value.data?.data.filter((one) => one.available > 0) ?? []} />
  <${OnItsWay} moving=${moving} />
  <h2>${say("home.recent")}</h2>
  ${lately && html`<${Shown} of=${lately} lines=${5}>${({ data }) => html`<${Recent} rows=${data.slice(0, LAST)} wallet=${mine.value.data.data[0].id} />`}<//>`}
`;

/** Only of whoever has some. */
const Cards = ({ of: owned }) => owned.length > 0 && html`
  <h2>${say("home.cards")}</h2>
  <ul class="rows">
    ${owned.slice(0, LAST).map((one) => html`<li key=${one.id}><a href=${`#/cards/${one.id}`}><span class="row-words"><strong>${one.merchant_name}</strong></span><${Money} amount=${one.available} currency=${one.currency} /></a></li>`)}
  </ul>
  <p><a href="#/cards">${say("home.cards.all")}</a></p>
`;

/** What was meant and is not known to have ended, and what a bank still has to answer or can still be taken back. */
function OnItsWay({ moving }) {
  const waiting = moving.map(({ path, found }) => ({ place: path.split("/")[2], ...found.value.data })).filter((one) => UNFINISHED.includes(one.status));
  if (!open_intents().length && !waiting.length) return null;
  return html`
    <h2>${say("home.on-its-way")}</h2>
    <ul class="rows on-its-way">
      <${Open} />
      ${waiting.map(({ place, ...one }) => html`
        <li key=${one.id}><a href=${`#/${place}/${one.id}`}><span class="row-words"><strong>${one.name ?? say(NAMES[place])}</strong><small>${say(`topup.${one.status}.short`)}</small></span><${Money} ...${one} /></a></li>`)}
    </ul>
  `;
}

function Recent({ rows, wallet }) {
  meet(rows);
  if (!rows.length) return html`<${Empty}>${say("home.nothing")}<//>`;
  return html`
    <ul class="rows">${rows.map((entry) => html`<${EntryRow} key=${entry.id} entry=${entry} wallet=${wallet} when=${shownLately} />`)}</ul>
    <p><a href="#/activity">${say("home.all")}</a></p>
    <p><a href="#/bills">${say("home.bills.all")}</a></p>
  `;
}
