/** Home: what is there, and the ways to pay, send, top up and withdraw; then what is on its way and what happened last. */
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { money, say } from "/shared/language.js";
import { Heading, Icon, job, Money, Problem, Shown, Waiting } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const ACTIONS = [
  ["#/pay", "pay", "home.pay"],
  ["#/send", "send", "home.send"],
  ["#/topup", "plus", "home.topup"],
  ["#/withdraw", "out", "home.withdraw"],
];
const EVERY_MS = 20_000;

/** Below the balance nothing is fetched before the balance is told, or cannot be. */
export function open() {
  const mine = wallets();
  const below = signal(null);
  let gone = false;
  const fetching = job(async () => {
    const { begin } = await import("/app/lately.js");
    if (!gone) below.value = begin(mine);
  });
  const stopFetching = effect(() => (mine.value.data || mine.value.problem) && !below.peek() && untracked(fetching.run));
  const stop = watch(() => (wallets(), below.peek()?.again()), EVERY_MS);
  const close = () => ((gone = true), stop(), stopFetching(), below.peek()?.close());
  const view = () => html`<${Home} mine=${mine} below=${below.value} problem=${fetching.problem.value} />`;
  return { title: () => say("home.title"), view, close };
}

const Home = ({ mine, below, problem }) => html`
  <${Heading}>${say("home.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => data.map((wallet) => html`<${Balance} key=${wallet.id} wallet=${wallet} />`)}<//>
  <div class="actions" role="group" aria-label=${say("home.actions")}>
    ${ACTIONS.map(([href, icon, key]) => html`<a class="button" href=${href}><${Icon} name=${icon} />${say(key)}</a>`)}
  </div>
  ${problem && html`<${Problem} of=${problem} />`}
  ${below ? below.view() : !problem && html`<${Waiting} lines=${5} />`}
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
