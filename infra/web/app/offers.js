/** Whether offers are chosen by what somebody buys: asked once in easy mode, a switch in the others; and what is known. */
import { nameOf } from "/app/money.js";
import { say } from "/shared/language.js";
import { announce, Button, job, Problem, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const CHOICE = "/v1/me/offers";
export const choice = () => see(CHOICE);
/** What is known is made when offers are looked at. */
export const knownAnew = () => lookAgain(CHOICE);

/** `after`: offers come in another order then. */
export const choosing = (after) =>
  job(async (personal) => {
    try {
      await call("PUT", CHOICE, { body: { personal } });
      announce(say(personal ? "offers.personal.on-now" : "offers.personal.off-now"));
      after();
    } finally {
      void knownAnew();
    }
  });

export const Choice = ({ of, choose }) => html`
  <${Problem} of=${choose.problem.value} />
  <${Shown} of=${of} lines=${1}>${(mine) => (mine.asks ? html`<${Ask} choose=${choose} />` : html`<${Switch} mine=${mine} choose=${choose} />`)}<//>
`;

const Ask = ({ choose }) => html`
  <section class="card" aria-labelledby="offers-ask">
    <h3 id="offers-ask">${say("offers.personal.ask")}</h3>
    <p>${say("offers.personal.ask-about")}</p>
    <p><${Button} kind="secondary wide" job=${choose} onClick=${() => choose.run(true)}>${say("offers.personal.yes")}<//></p>
    <p><${Button} kind="secondary wide" job=${choose} onClick=${() => choose.run(false)}>${say("offers.personal.no")}<//></p>
  </section>
`;

const Switch = ({ mine, choose }) => html`
  <div class="card switches">
    <label class="switch">
      <input type="checkbox" role="switch" checked=${mine.personal} onChange=${({ target }) => choose.run(target.checked)} />
      <span>${say("offers.personal.switch")}</span>
    </label>
    <small>${say(mine.personal ? "offers.personal.on" : "offers.personal.off")}</small>
    ${mine.known && html`<${Known} of=${mine.known} />`}
  </div>
`;

const Known = ({ of: { categories, merchants } }) => html`
  <details>
    <summary>${say("offers.personal.known")}</summary>
    ${categories.length ? html`
      <ul>
        ${categories.map(({ name, times }) => html`<li key=${name}>${say("offers.personal.times", { name: say(`categories.${name}`), times })}</li>`)}
        ${merchants.map(({ name, times }) => html`<li key=${name}>${say("offers.personal.times", { name: nameOf({ merchant_id: name }) || say("offers.personal.shop"), times })}</li>`)}
      </ul>` : html`<p>${say("offers.personal.nothing")}</p>`}
  </details>
`;
