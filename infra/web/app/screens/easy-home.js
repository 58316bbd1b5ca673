/** Home in the easy mode: what is there, read aloud on a tap; pay; top up. Nothing else, unless something is wrong. */
import { Beside, beside } from "/app/beside.js";
import { bills, Owed } from "/app/bills.js";
import { guardian } from "/app/family.js";
import { wallets } from "/app/me.js";
import { amountOf, Ended, nameOf as payeeOf, consentOf, sayOf } from "/app/meant.js";
import { canSpeak, speak } from "/app/speech.js";
import { mine as meant } from "/shared/intents.js";
import { money, say } from "/shared/language.js";
import { Heading, Icon, Money, Shown } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const [mine, bond, asked, more] = [wallets(), guardian(), bills(), beside()];
  const close = watch(() => (wallets(), bills(), beside()), EVERY_MS);
  return { title: () => say("easy.title"), view: () => html`<${Home} mine=${mine} bond=${bond} asked=${asked} more=${more} />`, close };
}

const Home = ({ mine, bond, asked, more }) => html`
  <${Heading}>${say("easy.title")}<//>
  <${Shown} of=${mine} lines=${2}>${({ data }) => data.map((wallet) => html`<${Balance} key=${wallet.id} wallet=${wallet} />`)}<//>
  <p><a class="button wide tall" href="#/pay"><${Icon} name="pay" />${say("easy.pay")}</a></p>
  <p><a class="button secondary wide tall" href="#/topup"><${Icon} name="plus" />${say("easy.top-up")}</a></p>
  <${Ended} />
  <${Owed} of=${asked} />
  <${Beside} of=${more} />
  ${meant().map((one) => html`<${Waits} key=${one.id} one=${one} bond=${bond} />`)}
  ${bond.value.data?.status === "accepted" && html`<p class="guarded"><a href="#/family">${say("easy.guarded", { name: nameOf(bond) })}</a></p>`}
`;

const Balance = ({ wallet }) => html`
  <section class="card balance">
    <p class="large"><${Money} amount=${wallet.available} currency=${wallet.currency} /></p>
    ${canSpeak() && html`<button type="button" class="secondary wide" onClick=${() => speak(say("easy.spoken", { amount: money(wallet.available, wallet.currency) }))}><${Icon} name="speak" />${say("easy.speak")}</button>`}
  </section>
  ${wallet.status !== "active" && html`<p class="note">${say("easy.stopped")} <a href="#/help">${say("easy.ask")}</a></p>`}
`;

/** A payment that is not known to have ended: how much, to whom, what it waits for. */
function Waits({ one, bond }) {
  const consent = consentOf(one);
  return html`
    <section class="card" role="status">
      <p class="large">${amountOf(one.about)}</p>
      <p><strong>${payeeOf(one.about)}</strong></p>
      <p>${consent ? sayOf(one.about, `easy.${consent}`, { name: nameOf(bond) }) : say("home.asking")}</p>
      <p><a class="button secondary wide" href=${`#/results/${one.id}`}>${say("easy.look")}</a></p>
    </section>
  `;
}

const nameOf = (bond) => bond.value.data?.display_name || bond.value.data?.identifier || say("easy.guardian");
