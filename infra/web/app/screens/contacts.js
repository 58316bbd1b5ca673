/** How we reach this person, which is also how they sign in: a change proves the old one and the new, or waits. */
import { CodeField } from "/app/code-field.js";
import { changeTo } from "/app/contacts.js";
import { wrongField } from "/app/entering.js";
import { Sure, Titled, contacts } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Problem, Shown, Submit, When } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const of = { found: contacts(), ...changeTo() };
  return { title: () => say("contacts.title"), view: () => html`<${Contacts} ...${of} />` };
}

const Contacts = ({ found, ...of }) => html`
  <${Titled} title=${say("contacts.title")}>${say("contacts.why")}<//>
  <${Shown} of=${found}>${({ identifiers, pending }) => html`
    <ul class="rows">${identifiers.map((one, at) => html`<${Contact} key=${one.identifier} one=${one} second=${at > 0} waits=${pending !== null} ...${of} />`)}</ul>
    ${pending ? html`<${Pending} ...${pending} stop=${of.stop} />` : html`<${Change} ...${of} />`}
  `}<//>
  ${of.sure.value && html`<${Sure} title=${say("contacts.remove")} text=${say("contacts.remove-about")} go=${say("contacts.remove")} job=${of.remove} onYes=${of.remove.run} onNo=${() => (of.sure.value = false)} />`}
`;

const Contact = ({ one, second, waits, sure }) => html`
  <li class="thing">
    <div><strong>${one.identifier}</strong><small>${say(`contacts.${one.kind}`)}</small></div>
    ${second && !waits && html`<p class="acts"><${Button} kind="plain" onClick=${() => (sure.value = true)}>${say("contacts.remove")}<//></p>`}
  </li>
`;

const Pending = ({ identifier, removal, takes_effect_at, stop }) => html`
  <section class="note">
    <p>${say(removal ? "contacts.goes" : "contacts.comes", { identifier })} <${When} at=${takes_effect_at} /></p>
    <p>${say("contacts.not-you")}</p>
    <${Button} kind="danger" job=${stop} onClick=${stop.run}>${say("contacts.stop")}<//>
    <${Problem} of=${stop.problem.value} />
  </section>
`;

const Change = ({ asked, ...of }) => (asked.value ? html`<${Prove} identifier=${asked.value} ...${of} />` : html`<${Ask} send=${of.send} />`);

const Ask = ({ send }) => html`
  <h2>${say("contacts.change")}</h2>
  <p>${say("contacts.change-about")}</p>
  <${Form} key="ask" job=${send}>
    <${Field} name="identifier" label=${say("contacts.new")} problem=${wrongField(send.problem.value, "identifier")} autocomplete="email" inputmode="email" autocapitalize="none" spellcheck="false" required />
    <${Submit} job=${send}>${say("contacts.send")}<//>
  <//>
`;

const Prove = ({ identifier, prove, unread, cancel }) => html`
  <h2>${say("contacts.prove")}</h2>
  <p>${say("contacts.sent", { identifier })}</p>
  <${Form} key="prove" job=${prove}>
    <${CodeField} name="new_code" at_once=${false} label=${say("contacts.new-code", { identifier })} problem=${wrongField(prove.problem.value, "new_code")} />
    ${unread.value
      ? html`<p key="wait" class="note">${say("contacts.wait")}</p>`
      : html`<${CodeField} key="old" name="old_code" at_once=${false} label=${say("contacts.old-code")} problem=${wrongField(prove.problem.value, "old_code")} />`}
    <button type="button" class="plain other" onClick=${() => (unread.value = !unread.value)}>${say(unread.value ? "contacts.can-read" : "contacts.cannot-read")}</button>
    <${Submit} job=${prove}>${say(unread.value ? "contacts.confirm-wait" : "contacts.confirm")}<//>
  <//>
  <button type="button" class="plain" onClick=${cancel}>${say("shared.cancel")}</button>
`;
