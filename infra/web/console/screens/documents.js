/** What a person has handed in, in clear, with its images; and a person's word about what nobody has verified. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Facts, Id, Moment, State } from "/console/show.js";
import { say } from "/shared/language.js";
import { Empty, Heading, Shown } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const WAITING = ["asked", "unknown"];

export function open({ params: { id } }) {
  const path = `/v1/people/${id}/documents`;
  const found = see(path);
  return { title: () => say("verify.of"), view: () => html`
    <${Heading}>${say("verify.of")}<//>
    <p><${Id} of=${id} data-stop /></p>
    <${Shown} of=${found}>${({ documents }) => html`
      ${documents.length === 0 && html`<${Empty}>${say("verify.nothing")}<//>`}
      ${documents.map((one) => html`<${Document} key=${one.id} of=${one} path=${path} />`)}`}<//>` };
}

const Document = ({ of: one, path }) => html`
  <section aria-labelledby=${one.id}>
    <h2 id=${one.id}>${say(`verify.kind.${one.kind}`)} <${State} of=${one.state} /></h2>
    <${Facts} of=${[
      ["id", html`<span class="id">${one.id}</span>`],
      ["full_name", one.full_name],
      ["born_on", one.born_on],
      ["doc-number", one.number],
      ["doc-country", one.country],
      ["expires_on", one.expires_on],
      ["handed_in_at", html`<${Moment} at=${one.handed_in_at} />`],
      ["images", one.images.map((url, at) => html`<a key=${at} href=${url} target="_blank" rel="noopener noreferrer">${say("verify.image", { number: at + 1 })}</a>${" "}`)],
    ]} />
    ${one.images_changed && html`<p class="note">${say("verify.images-changed")}</p>`}
    ${WAITING.includes(one.state) && may("people.verify") && html`<p class="deeds">
      ${!one.images_changed && html`<button type="button" onClick=${() => decide(one, path, "verify")}>${say("verify.verify")}</button>`}
      <button type="button" class="danger" onClick=${() => decide(one, path, "refuse")}>${say("verify.refuse")}</button>
    </p>`}
  </section>
`;

const decide = (one, path, decision) =>
  ask({
    title: say(`verify.${decision}`),
    what: say(`verify.${decision}-what`, { name: one.full_name }),
    go: say(`verify.${decision}`),
    done: say(`verify.${decision}-done`),
    act: async ({ reason }) => {
      await call("POST", `${path}/${one.id}/decision`, { body: { decision, reason } });
      await lookAgain(path);
    },
  });
