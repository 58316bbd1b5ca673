/** Home in the easy mode: what is there, read aloud on a tap; pay; top up. Nothing else, unless something is wrong. */
import { guardian, held } from "/app/family.js";
import { wallets } from "/app/me.js";
import { canSpeak, speak } from "/app/speech.js";
import { money, say } from "/shared/language.js";
import { Heading, Icon, Money, Shown } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const [mine, bond] = [wallets(), guardian()];
  const close = watch(wallets, EVERY_MS);
  return { title: () => say("easy.title"), view: () => html`<${Home} mine=${mine} bond=${bond} />`, close };
}

const Home = ({ mine, bond }) => html`
  <${Heading}>${say("easy.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => data.map((wallet) => html`<${Balance} key=${wallet.id} wallet=${wallet} />`)}<//>
  <p><a class="button wide tall" href="#/pay"><${Icon} name="pay" />${say("easy.pay")}</a></p>
  <p><a class="button secondary wide tall" href="#/topup"><${Icon} name="plus" />${say("easy.top-up")}</a></p>
  ${held().map((one) => html`<p key=${one.id} class="note" role="status">${say(one.about.what === "withdrawal" ? "easy.waiting.withdrawal" : "easy.waiting", { name: nameOf(bond) })}</p>`)}
  ${bond.value.data?.status === "accepted" && html`<p class="guarded"><a href="#/family">${say("easy.guarded", { name: nameOf(bond) })}</a></p>`}
`;

const Balance = ({ wallet }) => html`
  <section class="card balance">
    <p class="large"><${Money} amount=${wallet.available} currency=${wallet.currency} /></p>
    ${canSpeak() && html`<button type="button" class="secondary wide" onClick=${() => speak(say("easy.spoken", { amount: money(wallet.available, wallet.currency) }))}><${Icon} name="speak" />${say("easy.speak")}</button>`}
  </section>
  ${wallet.status !== "active" && html`<p class="note">${say("easy.stopped")} <a href="#/help">${say("easy.ask")}</a></p>`}
`;

const nameOf = (bond) => bond.value.data?.display_name || bond.value.data?.identifier || say("easy.guardian");
