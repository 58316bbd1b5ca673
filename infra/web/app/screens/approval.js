/** One payment of a ward, or with a family card of mine: who, to whom, how much, since when; and my yes or no. */
import { approvals, askerOf, isOut, payeeOf, wards } from "/app/family.js";
import { Sure, sure } from "/app/sure.js";
import { money, say, shownMoment } from "/shared/language.js";
import { Button, Empty, Facts, Heading, Money, Shown, Up, When, announce } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { complete } from "/shared/tasks.js";
import { html } from "/shared/ui.js";

export function open({ params }) {
  const [mine, known] = [approvals(), wards()];
  const decide = (how) => async () => {
    try {
      await call("POST", `/v1/me/approvals/${params.id}/${how}`);
      complete("approve", true);
      announce(say(`approval.done.${how}`));
    } finally {
      void lookAgain("/v1/me/approvals");
    }
  };
  const jobs = { approve: sure(decide("approve")), decline: sure(decide("decline")) };
  return { title: () => say("approval.title"), view: () => html`<${Approval} id=${params.id} mine=${mine} known=${known} jobs=${jobs} />` };
}

const Approval = ({ id, mine, known, jobs }) => html`
  <${Up} path="/approvals">${say("approval.back")}<//>
  <${Heading}>${say("approval.title")}<//>
  <${Shown} of=${mine} lines=${5}>${({ data }) => {
    const one = data.find((approval) => approval.id === id);
    if (!one) return html`<${Empty}>${say("approval.gone")}<//>`;
    return html`<${Asked} one=${one} name=${askerOf(known, one)} jobs=${jobs} />`;
  }}<//>
`;

const Asked = ({ one, name, jobs }) => html`
  <section class="card">
    <p class="large"><${Money} amount=${one.amount} currency=${one.currency} /></p>
    <${Facts} of=${facts(one, name)} />
  </section>
  ${one.status === "asked" && html`
    <p class="note">${say("approval.talk", { name })}</p>
    <p><${Button} kind="wide" onClick=${() => jobs.approve.ask()}>${say("approval.approve")}<//></p>
    <p><${Button} kind="secondary wide" onClick=${() => jobs.decline.ask()}>${say("approval.decline")}<//></p>
    <p><small>${say("approval.until", { at: shownMoment(one.expires_at) })}</small></p>`}
  <${Sure} of=${jobs.approve} title=${say("approval.sure", words(one, name))} go=${say("approval.approve")}>${say(isOut(one) ? "approval.sure-means-out" : "approval.sure-means", { name })}<//>
  <${Sure} of=${jobs.decline} title=${say("approval.sure-not", words(one, name))} go=${say("approval.decline")}>${say("approval.sure-not-means", { name })}<//>
`;

const facts = (one, name) => [
  [say("approval.who"), name],
  [say("approval.to"), payeeOf(one)],
  [say("approval.from"), one.family_card_id && html`<a class="alone" href=${`#/family-cards/${one.family_card_id}`}>${say("approval.from.card")}</a>`],
  [say("approval.since"), html`<${When} at=${one.created_at} />`],
  [say("approval.state"), say(`approval.${one.status}`)],
];
const words = (one, name) => ({ name, payee: payeeOf(one), amount: money(one.amount, one.currency) });
