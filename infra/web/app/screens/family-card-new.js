/** Giving a family card: to whom, who that is, what it may do, and a last look before it is offered. */
import { drafts, isGood, look } from "/app/drafts.js";
import { PATH } from "/app/family-cards.js";
import { categoriesOf, Terms, terms, wishOf, wrongOf } from "/app/family-terms.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { newKey } from "/shared/door.js";
import { money, say } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Problem, Shown, Submit, Trouble, Up, wrong } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const kept = drafts(() => ({ who: signal(""), check: signal(null), terms: terms() }));

/** Looked at again who it is where the check is not good any more. */
function draft() {
  const { kept: of } = kept();
  if (of.check.peek() && !isGood(of.check.peek())) of.check.value = null;
  return of;
}

export function open() {
  const of = draft();
  const [mine, refused, asked] = [wallets(), signal({}), signal(null)];
  const who = job(async () => {
    const check = await look(of.who.peek());
    if (check.invitation) throw new Trouble("family-card.no-account");
    of.check.value = check;
    requestAnimationFrame(() => document.querySelector("main h1")?.focus());
  });
  const ask = job((wallet) => {
    const wish = wishOf(of.terms, wallet.currency);
    refused.value = wrongOf(of.terms, wish, wallet.currency);
    if (!Object.values(refused.peek()).some(Boolean)) asked.value = wish;
  });
  const send = job(async (wallet) => {
    const { approval_above, ...rest } = asked.peek();
    const body = { wallet_id: wallet.id, payee_check: of.check.peek().payee_check, currency: wallet.currency, ...rest, ...(approval_above !== null && { approval_above }) };
    const about = { what: "family-card", amount: rest.monthly_cap, currency: wallet.currency, to: of.check.peek().name };
    const made = await call("POST", PATH, { body, key: of.form, about });
    Object.assign(of, { form: newKey(), terms: terms() });
    [of.who.value, of.check.value] = ["", null];
    void lookAgain(PATH);
    goInstead(`/family-cards/${made.id}`);
  });
  const another = () => ((of.check.value = null), (refused.value = {}));
  const state = { of, mine, refused, asked, who, ask, send, another };
  return { title: () => titleOf(of), view: () => html`<${New} ...${state} />` };
}

const titleOf = ({ check }) => (check.value ? say("family-card.new.for", { name: check.value.name }) : say("family-card.new.title"));

const New = ({ mine, ...of }) => html`
  <${Up} path="/family-cards">${say("family-cards.title")}<//>
  <${Heading}>${titleOf(of.of)}<//>
  <${Shown} of=${mine}>${({ data }) => (of.of.check.value ? html`<${What} all=${data} ...${of} />` : html`<${Who} ...${of} />`)}<//>
`;

const Who = ({ of, who }) => html`
  <p>${say("family-card.new.lead")}</p>
  <${Form} job=${who}>
    <${Field} name="identifier" label=${say("family-card.who")} hint=${say("family-card.who.hint")} problem=${wrong(who.problem.value, "identifier")} value=${of.who.value} onInput=${(event) => (of.who.value = event.target.value)} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="254" required />
    <${Submit} job=${who} kind="main">${say("family-card.look")}<//>
  <//>
`;

/** The card is in the currency of whoever is to hold it. */
function What({ all, of, refused, asked, ask, send, another }) {
  const check = of.check.value;
  const wallet = all.find((one) => one.currency === check.currency);
  if (wallet?.status === "frozen") return html`<${Frozen} wallet=${wallet} />`;
  return html`
    <section class="card bill" aria-label=${say("family-card.holder")}>
      <p class="label">${say("family-card.holder")}</p>
      <p class="payee">${check.name}</p>
      <p><small>${of.who.value}</small></p>
    </section>
    ${wallet
      ? html`<${Form} job=${{ ...ask, run: () => ask.run(wallet) }}>
          <${Terms} of=${of.terms} refused=${refused} currency=${wallet.currency} />
          <button class="main">${say("family-card.go-on")}</button>
        <//>`
      : html`<p class="note" role="status">${say("family-card.no-wallet", { currency: check.currency })}</p>`}
    <p><button type="button" class="secondary wide" onClick=${another}>${say("family-card.another")}</button></p>
    ${asked.value && html`<${Sure} ...${{ asked, check, wallet, send }} />`}
  `;
}

/** The last look before it is offered. */
function Sure({ asked, check, wallet, send }) {
  const { monthly_cap, approval_above, categories, name } = asked.value;
  const { currency } = wallet;
  const forget = () => ((asked.value = null), (send.problem.value = null));
  return html`
    <${Dialog} title=${say("family-card.sure", { name: check.name, cap: money(monthly_cap, currency) })} onClose=${forget}>
      <${Facts} of=${[
        [say("family-card.where"), categoriesOf({ categories })],
        [say("family-card.asks"), approval_above !== null && say("family-card.asks.above", { above: money(approval_above, currency) })],
        [say("family-card.name"), name],
        [say("fact.fee"), say("fact.fee.none")],
      ]} />
      <p>${say("family-card.sure.means", { name: check.name })}</p>
      <${Problem} of=${send.problem.value} />
      <${Button} kind="wide" job=${send} onClick=${() => send.run(wallet)}>${say("family-card.offer")}<//>
      <${Button} kind="secondary wide" onClick=${forget}>${say("shared.cancel")}<//>
    <//>
  `;
}
