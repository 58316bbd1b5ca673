/** One case: what it is about, by when, and whose it is; of a freeze, the wallet too, and what ends the freeze. */
import { freezeFacts, freezeOf, holds, keep, lift } from "/console/freeze.js";
import { may, me } from "/console/may.js";
import { resolve } from "/console/screens/cases.js";
import { Facts, Id, Moment, State, what } from "/console/show.js";
import { say, sayOr, shownMoney } from "/shared/language.js";
import { announce, Button, Heading, job, Problem, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id } }) {
  const found = see(`/v1/cases/${id}`);
  const freeze = signal(null);
  const again = () => Promise.all([lookAgain(`/v1/cases/${id}`), freeze.value?.look()]);
  const stop = effect(() => {
    const about = found.value.data;
    if (about?.kind === "freeze" && may("freezes.see") && !freeze.peek()) freeze.value = untracked(() => freezeOf(about.subject));
  });
  const take = job(async () => {
    await call("POST", `/v1/cases/${id}/take`);
    announce(say("console.taken", { count: 1 }));
    await again();
    requestAnimationFrame(() => document.querySelector("main h1")?.focus());
  });
  const kind = () => what(found.value.data?.kind ?? "case");
  return { title: kind, view: () => html`<${Heading}>${kind()}<//><${Shown} of=${found}>${(data) => html`<${Case} of=${data} freeze=${freeze.value?.of.value} take=${take} again=${again} />`}<//>`, close: stop };
}

function Case({ of: one, freeze, take, again }) {
  const frozen = holds(freeze) && freeze.case_id === one.id;
  return html`
    <p class="summary"><${State} of=${one.state} /></p>
    <p>${sayOr(`console.about.${one.kind}`, "")}</p>
    <${Facts} of=${[
      ["id", html`<${Id} of=${one.id} />`],
      ["subject", html`<${Id} of=${one.subject} data-stop />`],
      ["wallet", freeze && html`<${State} of=${freeze.status} />`],
      ["assigned", one.owner && html`<${Id} of=${one.owner} />`],
      ["opened_at", html`<${Moment} at=${one.opened_at} />`],
      ["due_at", html`<${Moment} at=${one.due_at} />`],
      ["note", one.note],
      ["closed_as", one.closed_as && what(one.closed_as)],
      ...(frozen ? freezeFacts(freeze) : toldBy(one)),
    ]} />
    <${Problem} of=${take.problem.value} />
    ${one.state === "open" && may("cases.resolve") && html`
      ${frozen && html`<p class="note">${say(may("freezes.keep") ? "console.still-frozen" : "console.still-frozen-others")}</p>`}
      <p class="deeds">
        ${one.owner !== me()?.id && html`<${Button} kind="secondary" job=${take} onClick=${take.run}>${say("console.take")}<//>`}
        ${decided(one) && html`<a href=${`#${decided(one)}`}>${say("verify.decide")}</a>`}
        ${one.kind === "reconciliation-difference" && may("adjustments.propose") && html`<a href=${`#/adjustments?case=${one.id}`}>${say("console.adjustments")}</a>`}
        ${!frozen && html`<button type="button" onClick=${() => resolve([one], again)}>${say("console.resolve")}</button>`}
        ${frozen && may("freezes.keep") && html`
          <button type="button" onClick=${() => lift(one.subject, again)}>${say("console.lift")}</button>
          <button type="button" class="secondary" onClick=${() => keep(one.subject, again)}>${say("console.keep")}</button>`}
      </p>`}
  `;
}

/** Where it is decided, which resolves it. */
const decided = ({ kind, subject, facts }) =>
  ({ screening: may("screenings.decide") && `/screenings/${subject}`, "person-unverified": may("people.verify") && `/people/${facts.user_id}/documents` })[kind];

/** Facts that are amounts, in the case's own currency where it names one. */
const AMOUNTS = ["difference", "expected", "stated", "owed", "at_banks", "shortfall"];

/** What the case itself says, each in words: [name, value] for `Facts`. */
const toldBy = (one) => Object.entries(one.facts).map(([name, value]) => [`fact.${name}`, fact(name, value, one)]);

function fact(name, value, { kind, facts }) {
  if (AMOUNTS.includes(name) && facts.currency) return shownMoney(value, facts.currency);
  if (name === "outcome") return what(value);
  if (name === "role" || name === "enough_role") return sayOr(`console.role.${value}`, value);
  if (name === "reason") return kind === "freeze" ? say(`console.reason.${value}`) : sayOr(`console.cause.${value}`, html`<code>${value}</code>`);
  return html`<${Id} of=${String(value)} />`;
}
