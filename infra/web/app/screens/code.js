/** My payment code, for a till: a fresh one in time, and what the till made of it, by itself. */
import { wallets } from "/app/me.js";
import { Frozen, shownSum } from "/app/money.js";
import { confirmCharge } from "/app/paying.js";
import "/app/screens/result.js";
import { Barcode } from "/shared/barcode.js";
import { say, shownMoment } from "/shared/language.js";
import { Button, Facts, Heading, Icon, Problem, Shown, Waiting, job } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { goInstead } from "/shared/router.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const [ASK_MS, TICK_MS, EARLY_SECONDS] = [2000, 1000, 5];

export function open() {
  const mine = wallets();
  const [shown, charge, left] = [signal(null), signal(null), signal(0)];
  let here = true;
  const fresh = job(async () => {
    const wallet = mine.peek().data.data[0];
    const made = await call("POST", "/v1/payment-codes", { body: { wallet_id: wallet.id } });
    const ends = performance.now() + Date.parse(made.expires_at) - Date.parse(made.created_at);
    charge.value = null;
    shown.value = { ...made, ends, qr: await drawn(made.code) };
    tick();
  });
  const tick = () => {
    if (!shown.peek() || charge.peek()) return;
    left.value = Math.max(0, Math.round((shown.peek().ends - performance.now()) / 1000));
    if (left.peek() <= EARLY_SECONDS && !fresh.busy.peek() && document.visibilityState === "visible") void fresh.run();
  };
  const look = async () => {
    const code = shown.peek();
    if (!code || charge.peek()?.final || document.visibilityState !== "visible") return;
    const seen = await call("GET", `/v1/payment-codes/${code.id}`).catch(() => null);
    if (!here || !seen?.charge || shown.peek().id !== code.id) return;
    charge.value = { ...seen.charge, final: seen.charge.status !== "waiting" };
  };
  const timers = [setInterval(tick, TICK_MS), setInterval(look, ASK_MS)];
  const stop = effect(() => spends(mine.value.data?.data[0]) && !shown.peek() && untracked(fresh.run));
  const awake = navigator.wakeLock?.request("screen").catch(() => null);
  const view = () => html`<${Code} mine=${mine} of=${{ shown, charge, left, fresh, refuse: refusing(charge) }} />`;
  const close = () => {
    here = false;
    stop();
    timers.forEach(clearInterval);
    void awake?.then((lock) => lock?.release());
  };
  return { title: () => titleOf(charge.value), view, close };
}

const spends = (wallet) => wallet?.status === "active";
const NOT = ["refused", "voided", "expired"];
const kindOf = ({ status }) => (status === "waiting" ? "confirm" : NOT.includes(status) ? "not" : "paid");
const titleOf = (charge) => (charge ? say(`code.${kindOf(charge)}`, { amount: shownSum(charge), name: charge.merchant_name }) : say("code.title"));

const refusing = (charge) =>
  job(async () => {
    const ended = await call("POST", `/v1/charges/${charge.peek().id}/decline`);
    charge.value = { ...ended, final: true };
  });

const Code = ({ mine, of }) => html`
  ${!of.charge.value && html`<${Heading}>${say("code.title")}<//>`}
  <${Shown} of=${mine} lines=${5}>${({ data: [wallet] }) =>
    of.charge.value ? html`<${Charged} of=${of} wallet=${wallet} />` : spends(wallet) ? html`<${Digits} of=${of} />` : html`<${Frozen} wallet=${wallet} />`}<//>
`;

const Digits = ({ of: { shown, left, fresh } }) => html`
  <p>${say("code.lead")}</p>
  ${shown.value ? html`
    <section class="card till">
      <${Barcode} digits=${shown.value.code} label=${say("code.barcode")} />
      <${Qr} of=${shown.value.qr} label=${say("code.qr")} />
      <p class="digits">${shown.value.code.match(/.{1,4}/g).map((part) => html`<span>${part} </span>`)}</p>
      <p><small>${say("code.left", { seconds: left.value })}</small></p>
    </section>` : !fresh.problem.value && html`<${Waiting} lines=${8} />`}
  <${Problem} of=${fresh.problem.value} />
  <p><${Button} job=${fresh} kind="secondary wide" onClick=${fresh.run}>${say("code.fresh")}<//></p>
`;

const Charged = ({ of: { charge, fresh, refuse }, wallet }) => {
  const one = charge.value;
  const kind = kindOf(one);
  return html`
    <div class=${`result ${{ paid: "good", not: "bad", confirm: "open" }[kind]}`} role="status">
      <p class="mark" aria-hidden="true"><${Icon} name=${{ paid: "check", not: "cross", confirm: "clock" }[kind]} /></p>
      <${Heading}>${titleOf(one)}<//>
    </div>
    <${Facts} of=${[[say("checkout.to"), one.merchant_name], [say("fact.amount"), shownSum(one)], [say("fact.order"), one.order_reference]]} />
    ${kind === "confirm" && html`
      <p>${say("code.confirm.detail", { at: shownMoment(one.expires_at) })}</p>
      <p><button type="button" class="main" onClick=${() => goInstead(`/results/${confirmCharge(one, wallet.id)}`)}>${say("checkout.pay", { amount: shownSum(one) })}</button></p>
      <${Problem} of=${refuse.problem.value} />
      <p><${Button} job=${refuse} kind="secondary wide" onClick=${refuse.run}>${say("code.refuse")}<//></p>`}
    ${kind === "not" && html`<p>${say("code.not.detail")}</p>`}
    ${kind !== "confirm" && html`
      <p><a class="button main" href="#/">${say("result.home")}</a></p>
      <p><${Button} job=${fresh} kind="secondary wide" onClick=${fresh.run}>${say("code.another")}<//></p>`}
  `;
};
