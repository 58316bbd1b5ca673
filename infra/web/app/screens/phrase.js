/** A phrase of their own, in every message of ours: one without it is somebody else's. */
import { preferences } from "/app/me.js";
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Field, Form, Shown, Submit, announce, job, wrong } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const wishes = preferences();
  const keep = job(async ({ phrase }) => {
    await call("PATCH", "/v1/me/preferences", { body: { phrase } });
    await lookAgain("/v1/me/preferences");
    announce(say(phrase.trim() ? "phrase.kept" : "phrase.gone"));
  });
  return { title: () => say("phrase.title"), view: () => html`<${Phrase} wishes=${wishes} keep=${keep} />` };
}

const Phrase = ({ wishes, keep }) => html`
  <${Titled} title=${say("phrase.title")}>${say("phrase.why")}<//>
  <${Shown} of=${wishes}>${({ phrase }) => html`
    ${phrase && html`<p class="good">${say("phrase.now", { phrase })}</p>`}
    <${Form} key="phrase" job=${keep}>
      <${Field} name="phrase" label=${say("phrase.yours")} hint=${say("phrase.hint")} defaultValue=${phrase} problem=${wrong(keep.problem.value, "phrase")} maxlength="60" autocomplete="off" />
      <${Submit} job=${keep}>${say("shared.save")}<//>
    <//>
    <p><small>${say("phrase.trash")}</small></p>
  `}<//>
`;
