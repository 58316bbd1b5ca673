/** Who I have proved to be: what lacks, what adding it unlocks, and how far the documents are that I handed in. */
import { verification } from "/app/handing-in.js";
import { named } from "/app/lifting.js";
import { say, shownDate, shownMoney } from "/shared/language.js";
import { Heading, Shown, Up, When } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const LOOK_MS = 5000;
const LIMITS = ["per_payment", "day", "month", "balance"];

export function open() {
  const found = verification();
  const waits = () => found.peek().data?.documents.some((one) => one.state === "checking");
  const stop = watch(() => waits() && verification(), LOOK_MS);
  return { title: () => say("verification.title"), view: () => html`<${Verification} of=${found} />`, close: stop };
}

const Verification = ({ of: found }) => html`
  <${Up} path="/me">${say("app.tab.person")}<//>
  <${Heading}>${say("verification.title")}<//>
  <${Shown} of=${found}>${(one) => html`
    ${one.past_due.map((lack) => html`<${Lack} key=${lack.code} of=${lack} kind="problem" />`)}
    ${one.future.map((lack) => html`<${Lack} key=${lack.code} of=${lack} kind="note" />`)}
    ${one.next_tiers.length === 0 && html`<p class="good" role="status">${say("verification.all")}</p>`}
    ${one.next_tiers.map((tier, at) => html`<${Tier} key=${tier.tier} of=${tier} first=${at === 0} waiting=${waiting(one)} />`)}
    ${one.documents.length > 0 && html`
      <h2>${say("verification.handed-in")}</h2>
      <ul class="rows">${one.documents.map((document) => html`<${Document} key=${document.id} of=${document} />`)}</ul>`}
  `}<//>
`;

const waiting = ({ documents }) => documents.filter((one) => one.state === "checking").map((one) => one.kind);

/** Since when it has ended or ends, and when limits fall without it. */
const Lack = ({ of: { code, why, until }, kind }) => html`
  <section class=${kind} role="status">
    <strong>${why}</strong>
    ${until && html`<p>${say("verification.until", { date: shownDate(until) })}</p>`}
    <p><a class="button" href=${`#/me/verification/${code}`}>${say("verification.renew")}</a></p>
  </section>
`;

function Tier({ of: { lacks, unlocks }, first, waiting: sent }) {
  const missing = lacks.filter((code) => !sent.includes(code));
  return html`
    <section class="card">
      <h2>${lacks.length ? say("lift.add", { needs: named(lacks) }) : say("verification.soon")}</h2>
      <p>${say("verification.unlocks")}</p>
      <ul class="facts">${LIMITS.filter((limit) => unlocks[limit] > 0).map((limit) => html`<li key=${limit}>${say(`verification.more.${limit}`, { amount: shownMoney(unlocks[limit], unlocks.currency) })}</li>`)}</ul>
      ${first && missing.map((code) => html`<p key=${code}><a class="button main" href=${`#/me/verification/${code}`}>${say(`verification.add.${code}`)}</a></p>`)}
      ${missing.length === 0 && html`<p class="note" role="status">${say("verification.checking")}</p>`}
    </section>`;
}

const Document = ({ of: { kind, number, state, reason, handed_in_at, expires_on } }) => html`
  <li class="thing">
    <div>
      <strong>${say(`verification.kind.${kind}`)} ${number}</strong>
      <span class=${`state ${{ accepted: "good", refused: "bad", "needs-more": "bad", expired: "bad" }[state] ?? ""}`}>${say(`verification.state.${state}`)}</span>
      ${reason && html`<p>${say(`verification.reason.${reason}`)}</p>`}
      <small>${say("verification.at")} <${When} at=${handed_in_at} /></small>
      ${expires_on && html`<small>${say("verification.good-until", { date: shownDate(`${expires_on}T00:00:00`) })}</small>`}
    </div>
  </li>
`;
