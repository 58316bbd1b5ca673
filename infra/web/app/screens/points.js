/** My points: how many, what they are worth, when which of them end, how to earn more, and the coupons they can become. */
import { POINTS, points } from "/app/owned.js";
import { endsSentence, shownPoints, worthSentence } from "/app/points.js";
import { Sure, sure } from "/app/sure.js";
import { newKey } from "/shared/door.js";
import { say, shownNumber } from "/shared/language.js";
import { announce, Empty, Heading, Shown } from "/shared/parts.js";
import { lookAgain, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 20_000;

export function open() {
  const mine = points();
  const redeem = sure(async ({ programme: { programme_id }, reward: { template_id, name }, key }) => {
    await call("POST", `${POINTS}/redemptions`, { body: { programme_id, template_id }, key });
    announce(say("points.redeemed", { name }));
    void lookAgain(POINTS, "/v1/coupons");
  });
  return { title: () => say("points.title"), view: () => html`<${Points} mine=${mine} redeem=${redeem} />`, close: watch(points, EVERY_MS) };
}

const Points = ({ mine, redeem }) => html`
  <${Heading}>${say("points.title")}<//>
  <p>${say("points.lead")}</p>
  <${Shown} of=${mine} lines=${5}>
    ${({ data }) => (data.length ? data.map((one) => html`<${Programme} key=${one.programme_id} of=${one} redeem=${redeem} />`) : html`<${Empty}>${say("points.none")}<//>`)}
  <//>
  <p><a class="alone" href="#/coupons">${say("points.coupons")}</a></p>
  ${redeem.about.value && html`<${Ask} redeem=${redeem} ...${redeem.about.value.what} />`}
`;

const Programme = ({ of: one, redeem }) => html`
  <article class="card points" aria-label=${one.name}>
    <p class="label">${one.name}</p>
    <p class="sum">${shownPoints(one.balance)}</p>
    <p>${worthSentence(one)}</p>
    ${one.status === "stopped" && html`<p class="note">${say("points.stopped")}</p>`}
    ${one.owed > 0 && html`<p class="note">${say("points.owed", { points: shownPoints(one.owed) })}</p>`}
    <${Ends} of=${one.expiring} />
    ${one.earning.length > 0 && html`
      <h2>${say("points.earning")}</h2>
      <ul>${one.earning.map((sentence) => html`<li key=${sentence}>${sentence}</li>`)}</ul>`}
    ${one.rewards.length > 0 && html`
      <h2>${say("points.rewards")}</h2>
      <ul class="rows">${one.rewards.map((reward) => html`<${Reward} key=${reward.template_id} of=${reward} programme=${one} redeem=${redeem} />`)}</ul>`}
    <p><small>${one.terms}</small></p>
    <p><a class="alone" href=${`#/points/${one.programme_id}`}>${say("points.history")}</a></p>
  </article>
`;

const SOON_MS = 45 * 86_400_000;
const isSoon = ({ expires_at }) => Date.parse(expires_at) - Date.now() < SOON_MS;
const Lots = ({ of: lots }) => html`<ul>${lots.map((some) => html`<li key=${some.expires_at}>${endsSentence(some)}</li>`)}</ul>`;

/** What ends soon stands open; the rest folded away. */
function Ends({ of: lots }) {
  const [soon, later] = [lots.filter(isSoon), lots.filter((one) => !isSoon(one))];
  return html`
    ${soon.length > 0 && html`<div class="note"><strong>${say("points.expiring")}</strong><${Lots} of=${soon} /></div>`}
    ${later.length > 0 && html`<details><summary>${say(soon.length ? "points.later" : "points.ending")}</summary><${Lots} of=${later} /></details>`}
  `;
}

/** A key of its own for each question: however often its yes is sent, it counts once. */
function Reward({ of: reward, programme, redeem }) {
  const missing = reward.points - programme.balance;
  return html`
    <li class="thing">
      <div><strong>${reward.name}</strong><small>${reward.terms}</small></div>
      ${missing > 0
        ? html`<p><small>${say("points.missing", { points: shownPoints(reward.points), missing: shownNumber(missing) })}</small></p>`
        : html`<p class="acts"><button type="button" class="secondary" aria-label=${say("points.redeem-for", { points: shownPoints(reward.points), name: reward.name })} onClick=${() => redeem.ask({ programme, reward, key: newKey() })}>${say("points.redeem", { points: shownPoints(reward.points) })}</button></p>`}
    </li>`;
}

const Ask = ({ redeem, programme, reward }) => html`
  <${Sure} of=${redeem} title=${say("points.sure", { points: shownPoints(reward.points), name: reward.name })} go=${say("points.redeem", { points: shownPoints(reward.points) })}>
    ${say("points.sure.detail", { left: shownPoints(programme.balance - reward.points) })}
  <//>
`;
