/** Ways to withdraw: where my money may go back to; one more, or one less. */
import { Sure, sure } from "/app/sure.js";
import { cools, methods, offered, shownMethod } from "/app/withdrawing.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Button, Empty, Field, Form, Heading, job, Shown, Submit, Up, announce, wrong } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const PATH = "/v1/me/funding-methods";

export function open() {
  const [known, offers, chosen] = [methods(), offered(), signal("")];
  const add = job(async (processor, destination) => {
    await call("POST", PATH, { body: { processor, destination } });
    await lookAgain(PATH);
    announce(say("ways.added"));
  });
  const remove = sure(async ({ id }) => {
    await call("DELETE", `${PATH}/${id}`);
    await lookAgain(PATH);
    announce(say("ways.removed"));
  });
  return { title: () => say("ways.title"), view: () => html`<${WaysToWithdraw} known=${known} offers=${offers} chosen=${chosen} add=${add} remove=${remove} />` };
}

const WaysToWithdraw = ({ known, offers, remove, ...of }) => html`
  <${Up} path="/withdraw">${say("withdraw.title")}<//>
  <${Heading}>${say("ways.title")}<//>
  <p>${say("ways.lead")}</p>
  <${Shown} of=${known} lines=${2}>${({ data }) => data.length
    ? html`<ul class="rows">${data.map((one) => html`<${Way} key=${one.id} one=${one} remove=${remove} />`)}</ul>`
    : html`<${Empty}>${say("ways.none")}<//>`}<//>
  <h2>${say("ways.add")}</h2>
  <${Shown} of=${offers}>${({ data }) => html`<${Add} offers=${data} ...${of} />`}<//>
  <${Sure} of=${remove} kind="danger" title=${say("ways.remove-one", { way: remove.about.value ? shownMethod(remove.about.value.what) : "" })} go=${say("ways.remove")}>${say("ways.remove-means")}<//>
`;

const Way = ({ one, remove }) => html`
  <li class="thing">
    <div><strong>${shownMethod(one)}</strong><small>${cools(one) ? say("ways.from", { at: shownMoment(one.usable_at) }) : say("ways.since", { at: shownMoment(one.created_at) })}</small></div>
    <p class="acts"><${Button} kind="plain" aria-label=${say("ways.remove-one", { way: shownMethod(one) })} onClick=${() => remove.ask(one)}>${say("ways.remove")}<//></p>
  </li>
`;

/** What each of them wants depends on its kind; whether it is that, the API says. */
function Add({ offers, chosen, add }) {
  const offer = offers.find((one) => one.processor === chosen.value) ?? offers[0];
  if (!offer) return html`<${Empty}>${say("ways.none-offered")}<//>`;
  const { processor, kind } = offer;
  const sent = { ...add, run: ({ destination }) => add.run(processor, destination) };
  const refused = wrong(add.problem.value, "destination");
  return html`
    <${Form} job=${sent} clear>
      <fieldset>
        <legend>${say("ways.where")}</legend>
        ${offers.map((one) => html`
          <label key=${one.processor} class="choice"><input type="radio" name="processor" value=${one.processor} checked=${one.processor === processor} onChange=${() => ((chosen.value = one.processor), (add.problem.value = null))} /><span>${sayOr(`processor.${one.processor}`, one.processor)}</span></label>`)}
      </fieldset>
      <${Field} key=${kind} name="destination" label=${say(`ways.${kind}`)} hint=${say(`ways.${kind}.hint`)} problem=${refused && say(`ways.${kind}.wrong`)} autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="80" required />
      <p>${say("ways.wait")}</p>
      <${Submit} job=${add}>${say("ways.go")}<//>
    <//>
  `;
}
