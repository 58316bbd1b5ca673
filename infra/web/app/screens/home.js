/** Home: what is there, what happened last, and the ways to pay, top up and send. */
import { wallets } from "/app/me.js";
import { say } from "/shared/language.js";
import { Heading, Money, Shown } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open() {
  const mine = wallets();
  const stop = watch(wallets, 20_000);
  return { title: () => say("home.title"), view: () => html`<${Home} mine=${mine} />`, close: stop };
}

const Home = ({ mine }) => html`
  <${Heading}>${say("home.title")}<//>
  <${Shown} of=${mine}>${({ data }) => data.map((wallet) => html`<section class="card" key=${wallet.id}><p><${Money} amount=${wallet.available} currency=${wallet.currency} /></p></section>`)}<//>
`;
