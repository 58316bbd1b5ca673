/** The brake: one tap stops every payment, from any device; letting go takes a proof. */
import { freezing, isFrozen, isMine, Unready } from "/app/freezing.js";
import { me, wallets } from "/app/me.js";
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Facts, Problem, Shown, When } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const of = { person: me(), mine: wallets(), freeze: freezing() };
  return { title: () => say("freeze.title"), view: () => html`<${Freeze} ...${of} />` };
}

const Freeze = ({ person, mine, freeze }) => html`
  <${Titled} title=${say("freeze.title")}>${say("freeze.why")}<//>
  <${Shown} of=${mine}>${() => (isFrozen(mine) ? html`<${Frozen} mine=${mine} freeze=${freeze} />` : html`<${Free} person=${person} freeze=${freeze} />`)}<//>
`;

const Free = ({ person, freeze }) => html`
  <ul class="facts"><li>${say("freeze.fact.out")}</li><li>${say("freeze.fact.in")}</li><li>${say("freeze.fact.back")}</li></ul>
  <${Unready} person=${person} />
  <${Button} kind="danger wide" job=${freeze.stop} onClick=${freeze.stop.run}>${say("freeze.now")}<//>
  <${Problem} of=${freeze.stop.problem.value} />
`;

const Frozen = ({ mine, freeze }) => html`
  <p class="note" role="status">${isMine(mine) ? say("freeze.on") : theirs(mine)?.reason || say("freeze.theirs")}</p>
  ${!isMine(mine) && html`<${Needed} wallet=${theirs(mine)} />`}
  ${isMine(mine) && html`
    <p>${say("freeze.undo-about")}</p>
    <${Button} kind="wide" job=${freeze.go_on} onClick=${freeze.go_on.run}>${say("freeze.undo")}<//>
    <${Problem} of=${freeze.go_on.problem.value} />`}
`;

/** Why somebody else froze it, in the API's words. */
const theirs = (mine) => mine.value.data.data.find((one) => one.status === "frozen" && one.reason_code !== "by-owner");

/** What is needed of its owner, and the clock: what nobody looks at in time rises by itself. */
const Needed = ({ wallet }) => html`
  <section class="card"><${Facts} of=${[
    [say("freeze.needed"), wallet?.needed],
    [say("freeze.review"), wallet?.review_at && html`<${When} at=${wallet.review_at} />`],
  ]} /></section>
  <p>${say("freeze.rises")}</p>
`;
