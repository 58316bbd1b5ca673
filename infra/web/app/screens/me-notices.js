/** What I am told and by which way, and how often I am reminded to check three things. */
import { preferences } from "/app/me.js";
import { say } from "/shared/language.js";
import { Heading, Problem, Shown, Up, announce, job } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const GROUPS = ["security", "money", "family", "reminders"];
const EVERY = ["monthly", "quarterly", "yearly", "never"];
const WAYS = ["inbox", "email", "sms", "push"];

export function open() {
  const mine = preferences();
  const saving = job(async (body) => {
    try {
      await call("PATCH", "/v1/me/preferences", { body });
      announce(say("notices.saved"));
    } finally {
      void lookAgain("/v1/me/preferences");
    }
  });
  return { title: () => say("me.notices"), view: () => html`<${Notices} mine=${mine} saving=${saving} />` };
}

const Notices = ({ mine, saving }) => html`
  <${Up} path="/me">${say("app.tab.person")}<//>
  <${Heading}>${say("me.notices")}<//>
  <p>${say("notices.lead")}</p>
  <${Problem} of=${saving.problem.value} />
  <${Shown} of=${mine}>${(chosen) => html`
    ${GROUPS.map((group) => html`<${Group} key=${group} group=${group} chosen=${chosen.notices} saving=${saving} />`)}
    <fieldset class="card">
      <legend>${say("notices.often")}</legend>
      <small>${say("notices.often-about")}</small>
      ${EVERY.map((every) => html`
        <label class="switch" key=${every}>
          <input type="radio" name="reminders" checked=${chosen.reminders === every} onChange=${() => saving.run({ reminders: every })} />
          <span>${say(`notices.every.${every}`)}</span>
        </label>`)}
    </fieldset>`}<//>
`;

const Group = ({ group, chosen, saving }) => html`
  <fieldset class="card switches">
    <legend>${say(`notices.group.${group}`)}</legend>
    <small>${say(`notices.group.${group}-about`)}</small>
    ${WAYS.map((way) => html`
      <label class="switch" key=${way}>
        <input type="checkbox" role="switch" checked=${chosen[`${group}.${way}`]} onChange=${({ target }) => saving.run({ notices: { [`${group}.${way}`]: target.checked } })} />
        <span>${say(`notices.way.${way}`)}</span>
      </label>`)}
  </fieldset>
`;
