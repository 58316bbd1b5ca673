/** Taking a gift card by its code or link: what it is, from whom, and then into my wallet. */
import { claim, codeIn, Face } from "/app/gifts.js";
import { mode, wallets } from "/app/me.js";
import "/app/screens/result.js";
import { money, say, shownMoment } from "/shared/language.js";
import { Field, Form, Heading, job, Shown, Submit, Up, Waiting, wrong } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open({ query: { code = "" } }) {
  const [mine, typed, found] = [wallets(), signal(code), signal(null)];
  const look = job(async () => {
    const asked = codeIn(typed.peek());
    found.value = { code: asked, ...(await call("POST", "/v1/gift-card-looks", { body: { code: asked } })) };
    requestAnimationFrame(() => document.querySelector("main h1")?.focus());
  });
  const another = () => {
    found.value = null;
    typed.value = "";
  };
  const take = (wallet) => goInstead(`/results/${claim(found.peek(), found.peek().code, wallet)}`);
  if (code) void look.run();
  const view = () => html`<${Claim} ...${{ mine, typed, found, look, another, take }} />`;
  return { title: () => titleOf(found.value), view };
}

const titleOf = (one) => (one ? say(one.status !== "open" ? "gift.claim.late" : one.own ? "gift.claim.own" : "gift.claim.for-you") : say("gift.claim.title"));

const Claim = ({ found, look, ...of }) => html`
  <${Up} path="/gift-cards">${say("gifts.title")}<//>
  <${Heading}>${titleOf(found.value)}<//>
  ${found.value ? html`<${Found} one=${found.value} ...${of} />` : html`<${Ask} look=${look} ...${of} />`}
`;

/** Whoever comes by the link need not type: it is looked at, and the field is there only if that failed. */
function Ask({ look, typed }) {
  if (look.busy.value && typed.value) return html`<${Waiting} lines=${4} />`;
  return html`
    <p>${say("gift.claim.lead")}</p>
    <${Form} job=${look}>
      <${Field} name="code" label=${say("gift.code")} hint=${say("gift.code.hint")} problem=${wrong(look.problem.value, "code")} value=${typed.value} onInput=${(event) => (typed.value = event.target.value)} autocomplete="off" autocapitalize="characters" spellcheck="false" required />
      <${Submit} job=${look} kind="main">${say("gift.look")}<//>
    <//>
  `;
}

const Found = ({ one, mine, another, take }) => html`
  <${Face} of=${one} />
  ${one.status !== "open" ? html`<p class="note" role="status">${say(`gift.late.${one.status}`)}</p>` : one.own ? html`
    <p class="note" role="status">${say("gift.own")}</p>
    <p><a class="button main" href="#/gift-cards">${say("gifts.title")}</a></p>` : html`
    <p>${say("gift.claim.free", { at: shownMoment(one.expires_at) })}</p>
    <${Shown} of=${mine} lines=${1}>${({ data }) => html`<${Take} one=${one} wallet=${data.find(({ currency }) => currency === one.currency)} take=${take} />`}<//>`}
  <p><button type="button" class="secondary wide" onClick=${another}>${say("gift.another")}</button></p>
`;

function Take({ one, wallet, take }) {
  if (!wallet) return html`<p class="note" role="status">${say("gift.no-wallet", { currency: one.currency })}</p>`;
  return html`<p><button type="button" class=${mode.value === "easy" ? "wide tall" : "main wide"} onClick=${() => take(wallet)}>${say("gift.take", { amount: money(one.amount, one.currency) })}</button></p>`;
}
