/** Sharing a bill: how much, with whom, how, and a last look before anybody is asked. */
import { wrongAmount } from "/app/amounts.js";
import { draft, METHODS, MOST_PEOPLE, PATH } from "/app/bills.js";
import { isLong, look } from "/app/drafts.js";
import { wallets } from "/app/me.js";
import { money, readMoney, say } from "/shared/language.js";
import { Button, Dialog, Facts, Field, Form, Heading, job, Problem, Shown, Submit, Trouble, wrong } from "/shared/parts.js";
import { newKey } from "/shared/door.js";
import { goInstead } from "/shared/router.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = draft();
  const [mine, refused, asked] = [wallets(), signal({}), signal(null)];
  const add = job(async () => {
    const check = await look(of.who.peek());
    if (check.invitation) throw new Trouble("bill.no-account");
    const others = of.people.peek().filter(({ who }) => who !== of.who.peek());
    of.people.value = [...others, { who: of.who.peek(), check, share: signal("") }];
    of.who.value = "";
    refused.value = {};
  });
  const ask = job((currency) => {
    const wish = wishOf(of, currency);
    refused.value = wrongOf(of, wish);
    if (!Object.values(refused.peek()).some(Boolean)) asked.value = wish;
  });
  const send = job(async () => {
    const made = await call("POST", PATH, { body: asked.peek(), key: of.form });
    Object.assign(of, { form: newKey() });
    for (const [name, empty] of [["amount", ""], ["note", ""], ["people", []]]) of[name].value = empty;
    lookAgain(PATH);
    goInstead(`/bills/${made.id}`);
  });
  const state = { of, refused, asked, add, ask, send };
  return { title: () => say("bill.new.title"), view: () => html`<${New} mine=${mine} ...${state} />` };
}

const counted = (text) => (/^\d{1,3}$/.test(text.trim()) ? Number(text) : 0);
const shareOf = (method, text, currency) => ({ equal: () => 1, shares: () => counted(text || "1"), amounts: () => readMoney(text, currency) ?? 0 })[method]();

/** As the API wants it. By amounts, what nobody else owes is one's own. */
function wishOf(of, currency) {
  const [method, amount] = [of.method.peek(), readMoney(of.amount.peek(), currency)];
  const people = of.people.peek().map(({ check, share }) => ({ payee_check: check.payee_check, share: shareOf(method, share.peek(), currency) }));
  const others = people.reduce((sum, one) => sum + one.share, 0);
  const own = method === "amounts" ? amount - others : of.own.peek() ? shareOf(method, of.ownShare.peek(), currency) : 0;
  return { amount, currency, method, people, own_share: own, note: of.note.peek().trim() };
}

/** {amount, people, share, note}: what is wrong with each, in words. */
function wrongOf(of, { amount, currency, people, own_share, note }) {
  const found = { note: isLong(note) && say("bill.note.long"), people: !people.length && say("bill.people.none") };
  if (!amount) return { ...found, amount: wrongAmount(of.amount.peek(), currency) };
  if (people.some(({ share }) => !share)) return { ...found, share: say("bill.share.wrong") };
  if (own_share < 0) return { ...found, share: say("bill.share.more", { amount: money(amount, currency) }) };
  return { ...found, amount: amount < people.length + (own_share > 0) && say("bill.amount.least") };
}

/** What each owes, in the order of the people, as the API shares it out: to the last cent, the first of equals first. */
function parts({ amount, people, own_share }) {
  const shares = [...people.map(({ share }) => share), own_share];
  const whole = shares.reduce((sum, one) => sum + one, 0);
  const [of, by] = [BigInt(amount), BigInt(whole)];
  const found = shares.map((share) => Number((of * BigInt(share)) / by));
  const lost = shares.map((share, place) => [(of * BigInt(share)) % by, place]).sort(([one, first], [other, second]) => (other > one ? 1 : other < one ? -1 : first - second));
  const missing = amount - found.reduce((sum, one) => sum + one, 0);
  for (const [, place] of lost.slice(0, missing)) found[place] += 1;
  return found;
}

const New = ({ mine, ...of }) => html`
  <${Heading}>${say("bill.new.title")}<//>
  <p>${say("bill.new.lead")}</p>
  <${Shown} of=${mine}>${({ data: [wallet] }) => html`<${Make} currency=${wallet.currency} ...${of} />`}<//>
`;

function Make({ currency, of, refused, asked, add, ask, send }) {
  const type = (part) => (event) => ((of[part].value = event.target.value), (refused.value = {}));
  const amount = readMoney(of.amount.value, currency);
  return html`
    <${People} of=${of} add=${add} refused=${refused} currency=${currency} />
    <${Form} job=${{ ...ask, run: () => ask.run(currency) }}>
      <${Field} name="amount" label=${say("bill.amount", { currency })} problem=${refused.value.amount} inputmode="decimal" autocomplete="off" value=${of.amount.value} onInput=${type("amount")} required />
      <${Field} name="note" label=${say("bill.note")} hint=${say("bill.note.hint")} problem=${refused.value.note} autocomplete="off" maxlength="100" value=${of.note.value} onInput=${type("note")} />
      <fieldset>
        <legend>${say("bill.method")}</legend>
        ${METHODS.map((one) => html`
          <label key=${one} class="choice"><input type="radio" name="method" value=${one} checked=${of.method.value === one} onChange=${() => ((of.method.value = one), (refused.value = {}))} /><span>${say(`bill.method.${one}`)}<small>${say(`bill.method.${one}.hint`)}</small></span></label>`)}
      </fieldset>
      ${of.method.value !== "equal" && html`<${Shares} of=${of} currency=${currency} refused=${refused} />`}
      ${of.method.value !== "amounts" && html`<label class="choice"><input type="checkbox" name="own" checked=${of.own.value} onChange=${(event) => (of.own.value = event.target.checked)} /><span>${say("bill.own")}<small>${say("bill.own.hint")}</small></span></label>`}
      <button class="main">${amount ? say("bill.go", { amount: money(amount, currency) }) : say("bill.go.none")}</button>
    <//>
    ${asked.value && html`<${Sure} asked=${asked} of=${of} send=${send} />`}
  `;
}

/** Those who are asked, each looked at first. */
const People = ({ of, add, refused }) => html`
  <${Form} job=${add}>
    <${Field} name="identifier" label=${say("bill.who")} hint=${say("bill.who.hint")} problem=${wrong(add.problem.value, "identifier") || refused.value.people} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="254" value=${of.who.value} onInput=${(event) => (of.who.value = event.target.value)} disabled=${of.people.value.length >= MOST_PEOPLE} required />
    <${Submit} job=${add} kind="secondary">${say("bill.add")}<//>
  <//>
  <ul class="rows" aria-label=${say("bill.people")}>
    ${of.people.value.map(({ who, check }) => html`
      <li key=${who} class="thing">
        <div><strong>${check.name}</strong><small>${who}</small></div>
        <p class="acts"><button type="button" class="plain" aria-label=${say("bill.remove", { name: check.name })} onClick=${() => (of.people.value = of.people.peek().filter((one) => one.who !== who))}>${say("bill.remove.short")}</button></p>
      </li>`)}
    ${of.people.value.length === 0 && html`<li class="empty">${say("bill.people.empty")}</li>`}
  </ul>
`;

/** How many shares, or how much, of each. */
function Shares({ of, currency, refused }) {
  const [amounts, clear] = [of.method.value === "amounts", () => (refused.value = {})];
  const field = (name, label, text, write) => html`<${Field} key=${name} name=${name} label=${label} inputmode=${amounts ? "decimal" : "numeric"} autocomplete="off" maxlength="12" value=${text} onInput=${(event) => (write(event.target.value), clear())} />`;
  return html`
    <fieldset>
      <legend>${say(amounts ? "bill.amounts" : "bill.shares", { currency })}</legend>
      ${of.people.value.map(({ who, check, share }) => field(`share-${who}`, check.name, share.value, (text) => (share.value = text)))}
      ${!amounts && of.own.value && field("own-share", say("bill.own.share"), of.ownShare.value, (text) => (of.ownShare.value = text))}
      ${refused.value.share && html`<p class="wrong" role="alert">${refused.value.share}</p>`}
    </fieldset>
  `;
}

/** The last look before anybody is asked. */
function Sure({ asked, of, send }) {
  const { amount, currency, note, people } = asked.value;
  const owed = parts(asked.value);
  return html`
    <${Dialog} title=${say("bill.sure", { amount: money(amount, currency) })} onClose=${() => (asked.value = null)}>
      <${Facts} of=${[
        ...of.people.value.map(({ check }, place) => [check.name, say("bill.owes", { amount: money(owed[place], currency) })]),
        [say("bill.own.part"), owed[people.length] > 0 && say("bill.owes", { amount: money(owed[people.length], currency) })],
        [say("bill.note"), note],
      ]} />
      <p>${say("bill.sure.means")}</p>
      <${Problem} of=${send.problem.value} />
      <${Button} kind="wide" job=${send} onClick=${send.run}>${say("bill.send")}<//>
      <${Button} kind="secondary wide" onClick=${() => (asked.value = null)}>${say("shared.cancel")}<//>
    <//>
  `;
}
