/** Making a red packet: for whom, how much, how it is shared out, and a last look before it leaves. */
import { wrongAmount } from "/app/amounts.js";
import { isLong, look } from "/app/drafts.js";
import { wallets } from "/app/me.js";
import { Frozen } from "/app/money.js";
import { draft, make, MOST_SHARES, SPLITS } from "/app/packets.js";
import { TopUpFirst } from "/app/paying.js";
import "/app/screens/result.js";
import { money, readMoney, say, shownMoney } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Shown, Submit, Trouble, wrong } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = draft();
  const [mine, refused, asked] = [wallets(), signal({}), signal(null)];
  const add = job(async () => {
    const check = await look(of.who.peek());
    if (check.invitation) throw new Trouble("packet.no-account");
    const others = of.people.peek().filter(({ who }) => who !== of.who.peek());
    of.people.value = [...others, { who: of.who.peek(), check }];
    of.who.value = "";
  });
  const ask = job((wallet) => {
    const wish = wishOf(of, wallet);
    refused.value = wrongOf(of, wish, wallet);
    if (!Object.values(refused.peek()).some(Boolean)) asked.value = wish;
  });
  const go = (wallet) => goInstead(`/results/${make(of.form, asked.peek(), wallet)}`);
  const state = { of, refused, asked, add, ask, go };
  return { title: () => say("packet.title"), view: () => html`<${Packets} mine=${mine} ...${state} />` };
}

const isNamed = ({ whom }) => whom.value === "names";
const sharesOf = (of) => (isNamed(of) ? of.people.value.length : /^\d{1,3}$/.test(of.shares.value.trim()) ? Number(of.shares.value) : 0);

/** As the API wants it. */
function wishOf(of, { currency }) {
  const shared = isNamed(of) ? { payee_checks: of.people.peek().map(({ check }) => check.payee_check) } : { shares: sharesOf(of) };
  return { amount: readMoney(of.amount.peek(), currency), currency, split: of.split.peek(), greeting: of.greeting.peek().trim(), ...shared };
}

/** {people, shares, amount, greeting}: what is wrong with each, in words. */
function wrongOf(of, { amount, greeting }, { available, currency }) {
  const shares = sharesOf(of);
  const found = { greeting: isLong(greeting) && say("send.note.long") };
  if (isNamed(of)) found.people = !shares && say("packet.people.none");
  else found.shares = !(shares >= 1 && shares <= MOST_SHARES) && say("packet.shares.wrong", { most: MOST_SHARES });
  if (!amount) found.amount = wrongAmount(of.amount.peek(), currency);
  else if (amount > available) found.amount = say("send.amount.available", { available: money(available, currency) });
  else if (amount < shares) found.amount = say("packet.amount.least", { least: money(shares, currency) });
  return found;
}

const Packets = ({ mine, ...of }) => html`
  <${Heading}>${say("packet.title")}<//>
  <p>${say("packet.lead")}</p>
  <${Shown} of=${mine}>${({ data: [wallet] }) => (wallet.status === "frozen" ? html`<${Frozen} wallet=${wallet} />` : html`<${Make} wallet=${wallet} ...${of} />`)}<//>
`;

const Choice = ({ name, value, of: chosen, children }) => html`
  <label class="choice"><input type="radio" name=${name} value=${value} checked=${chosen.value === value} onChange=${() => (chosen.value = value)} /><span>${children}</span></label>
`;

function Make({ wallet, of, refused, asked, add, ask, go }) {
  const { currency, available } = wallet;
  const amount = readMoney(of.amount.value, currency);
  const missing = amount ? amount - available : 0;
  const type = (part) => (event) => ((of[part].value = event.target.value), (refused.value = {}));
  return html`
    <fieldset>
      <legend>${say("packet.whom")}</legend>
      <${Choice} name="whom" value="link" of=${of.whom}>${say("packet.whom.link")}<small>${say("packet.whom.link.hint")}</small><//>
      <${Choice} name="whom" value="names" of=${of.whom}>${say("packet.whom.names")}<small>${say("packet.whom.names.hint")}</small><//>
    </fieldset>
    ${isNamed(of) && html`<${People} of=${of} add=${add} refused=${refused} />`}
    <${Form} job=${{ ...ask, run: () => ask.run(wallet) }}>
      <${Field} name="amount" label=${say("packet.amount", { currency })} hint=${say("topup.balance", { available: money(available, currency) })} problem=${refused.value.amount} inputmode="decimal" autocomplete="off" value=${of.amount.value} onInput=${type("amount")} required />
      ${!isNamed(of) && html`<${Field} name="shares" label=${say("packet.shares")} problem=${refused.value.shares} inputmode="numeric" autocomplete="off" maxlength="3" value=${of.shares.value} onInput=${type("shares")} required />`}
      <fieldset>
        <legend>${say("packet.split")}</legend>
        ${SPLITS.map((one) => html`<${Choice} key=${one} name="split" value=${one} of=${of.split}>${say(`packet.split.${one}`)}<small>${say(`packet.split.${one}.hint`)}</small><//>`)}
      </fieldset>
      <${Field} name="greeting" label=${say("packet.greeting")} hint=${say("send.note.hint")} problem=${refused.value.greeting} autocomplete="off" maxlength="100" value=${of.greeting.value} onInput=${type("greeting")} />
      ${missing > 0 ? html`<${TopUpFirst} missing=${missing} currency=${currency} then="/packets" />` : html`<button class="main">${amount ? say("packet.go", { amount: money(amount, currency) }) : say("send.go.none")}</button>`}
    <//>
    ${asked.value && html`<${Sure} asked=${asked} of=${of} wallet=${wallet} go=${go} />`}
  `;
}

/** Those who may open it, each looked at first. */
const People = ({ of, add, refused }) => html`
  <${Form} job=${add}>
    <${Field} name="identifier" label=${say("send.who")} problem=${wrong(add.problem.value, "identifier") || refused.value.people} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="254" value=${of.who.value} onInput=${(event) => (of.who.value = event.target.value)} required />
    <${Submit} job=${add} kind="secondary">${say("packet.add")}<//>
  <//>
  <ul class="rows card" aria-label=${say("packet.people")}>
    ${of.people.value.map(({ who, check }) => html`
      <li key=${who} class="beside">
        <span class="row-words"><strong>${check.name}</strong><small>${who}</small></span>
        <button type="button" class="plain" aria-label=${say("packet.remove", { name: check.name })} onClick=${() => (of.people.value = of.people.peek().filter((one) => one.who !== who))}>${say("ways.remove")}</button>
      </li>`)}
    ${of.people.value.length === 0 && html`<li class="empty">${say("packet.people.empty")}</li>`}
  </ul>
`;

/** The last look before it leaves. */
function Sure({ asked, of, wallet, go }) {
  const { amount, currency, greeting } = asked.value;
  const sum = money(amount, currency);
  return html`
    <${Dialog} title=${say("packet.sure", { amount: sum })} onClose=${() => (asked.value = null)}>
      <${Facts} of=${[
        [say("packet.whom"), isNamed(of) ? of.people.value.map(({ check }) => check.name).join(", ") : say("packet.whom.link")],
        [say("packet.shares"), String(sharesOf(of))],
        [say("packet.split"), say(`packet.split.${of.split.value}`)],
        [say("packet.greeting"), greeting],
        [say("fact.fee"), say("fact.fee.none")],
        [say("fact.after"), shownMoney(wallet.available - amount, currency)],
      ]} />
      <p>${say("packet.comes-back")}</p>
      <${Button} kind="wide" onClick=${() => go(wallet)}>${say("packet.go", { amount: sum })}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = null)}>${say("shared.cancel")}<//>
    <//>
  `;
}
