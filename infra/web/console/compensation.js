/** Making up for an incident: a coupon for each person whom it hit, looked at, proposed, decided by somebody else, told. */
import { ask } from "/console/ask.js";
import { Name } from "/console/colleagues.js";
import { TEMPLATES, valueOf } from "/console/coupons.js";
import { may, me } from "/console/may.js";
import { Facts, Id, Moment } from "/console/show.js";
import { newKey, Refused } from "/shared/door.js";
import { language, say, sayOr, shownMoney, shownNumber } from "/shared/language.js";
import { Shown } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 5_000;
const panels = new Map();

/** Of each incident one panel, for as long as the page is open. */
export function Compensation({ incident }) {
  if (!may("compensations.see")) return null;
  if (!panels.has(incident.id)) panels.set(incident.id, panel(incident.id));
  const here = panels.get(incident.id);
  here.incident.value = incident;
  return html`
    <section class="compensation" aria-label=${say("compensation.title")}>
      <h2>${say("compensation.title")}</h2>
      <p>${say("compensation.what")}</p>
      <${Whatever} panel=${here} incident=${incident} />
    </section>`;
}

/** `found`, `templates`, `preview`: resources, null until there is something to ask for. */
function panel(id) {
  const path = `/v1/incidents/${id}/compensation`;
  const affected = see(`/v1/incidents/${id}/affected`);
  const [incident, found, templates, chosen, preview] = Array.from({ length: 5 }, () => signal(null));
  const isReady = () => incident.value?.state === "resolved" && affected.value.data?.state === "done" && affected.value.data.people > 0;
  const stopAsking = effect(() => {
    if (isReady() && !found.peek()) untracked(() => ((templates.value = see(`${TEMPLATES}?limit=100`)), (found.value = see(path))));
  });
  const stop = watch(() => {
    if (location.hash.includes(id)) return found.peek()?.peek().data?.status === "approved" && see(path);
    stopAsking(), stop(), panels.delete(id);
  }, EVERY_MS);
  const choose = (template) => {
    chosen.value = template;
    preview.value = template ? see(`${path}/preview?template_id=${template}`) : null;
  };
  return { path, incident, affected, found, templates, chosen, preview, choose, isReady, again: () => lookAgain(path) };
}

const none = ({ data, problem }) => data === null && problem instanceof Refused && problem.answer.status === 404;

function Whatever({ panel: here, incident }) {
  const { affected, found, isReady } = here;
  if (!isReady()) return html`<p class="note">${say(incident.state !== "resolved" ? "compensation.not-over" : affected.value.data?.state === "done" ? "compensation.nobody" : "compensation.not-searched")}</p>`;
  if (!found.value) return null;
  const nothing = none(found.value.value);
  const { data } = found.value.value;
  return html`
    ${nothing ? "" : html`<${Shown} of=${found.value}>${(one) => html`<${Report} of=${one} panel=${here} />`}<//>`}
    ${(nothing || data?.status === "declined") && html`<${Look} panel=${here} anew=${!nothing} />`}
  `;
}

/** What it would be, with one template or another; nothing is kept of looking. */
function Look({ panel: here, anew }) {
  const { templates, chosen, preview, choose } = here;
  return html`
    ${anew && html`<h3>${say("compensation.anew")}</h3>`}
    <${Shown} of=${templates.value}>${({ data }) => {
      const open = data.filter((one) => one.status === "open");
      if (!open.length) return html`<p class="note">${say("compensation.no-template")} <a href="#/coupons">${say("template.title")}</a></p>`;
      return html`
        <label class="field" for="template"><span>${say("console.compensation-template")}</span>
          <select id="template" onChange=${(event) => choose(event.target.value)}>
            <option value="" selected=${!chosen.value}>${say("compensation.choose")}</option>
            ${open.map((one) => html`<option key=${one.id} value=${one.id} selected=${one.id === chosen.value}>${`${one.name[language.value]} · ${valueOf(one)}`}</option>`)}
          </select>
        </label>`;
    }}<//>
    ${preview.value && html`<${Shown} of=${preview.value}>${(one) => html`<${Preview} of=${one} panel=${here} />`}<//>`}
  `;
}

const Preview = ({ of: one, panel: here }) => html`
  <${Facts} of=${[
    ["compensation-people", shownNumber(one.people)],
    ["compensation-most-each", shownMoney(one.most_each, one.currency)],
    ["compensation-cost", shownMoney(one.cost, one.currency)],
    ["compensation-left", shownNumber(one.left)],
  ]} />
  ${one.enough
    ? may("compensations.propose") ? html`<p class="deeds"><button type="button" onClick=${() => propose(one, here)}>${say("compensation.propose")}</button></p>` : html`<p><small>${say("compensation.others-propose")}</small></p>`
    : html`<p class="note" role="status">${say("compensation.not-enough")}</p>`}
`;

const TONES = { proposed: "warn", approved: "warn", declined: "bad", done: "good" };
const isBehind = ({ status }) => status === "approved" || status === "done";

const Report = ({ of: one, panel: here }) => html`
  <p class="summary"><span class=${`state ${TONES[one.status]}`}>${say(`compensation.state.${one.status}`)}</span></p>
  <${Facts} of=${[
    ["compensation-template", html`<a href=${`#/coupons/${one.template_id}`}>${nameOf(here, one.template_id)}</a>`],
    ["compensation-people", shownNumber(one.people)],
    ["compensation-most-each", shownMoney(one.most_each, one.currency)],
    ["compensation-cost", shownMoney(one.cost, one.currency)],
    ["reason", one.reason],
    ["compensation-proposed-by", html`<${Name} of=${one.proposed_by} /> · <${Moment} at=${one.proposed_at} />`],
    ["compensation-decided-by", one.decided_by && html`<${Name} of=${one.decided_by} /> · <${Moment} at=${one.decided_at} />`],
    ["compensation-issued", isBehind(one) && say("compensation.issued-of", { issued: one.issued, people: one.people })],
    ["compensation-issued-cost", isBehind(one) && shownMoney(one.issued_cost, one.currency)],
    ["compensation-refused", one.refused.map(({ why, people }) => `${shownNumber(people)} · ${sayOr(`template.refused.${why}`, why)}`).join("; ")],
    ["compensation-finished", one.finished_at && html`<${Moment} at=${one.finished_at} />`],
  ].map(([key, value]) => [key, value || undefined])} />
  ${one.status === "proposed" && may("compensations.decide") && html`<${Decision} of=${one} panel=${here} />`}
`;

const nameOf = ({ templates }, id) => templates.value?.value.data?.data.find((one) => one.id === id)?.name[language.value] ?? html`<${Id} of=${id} short />`;

const Decision = ({ of: one, panel: here }) => html`
  <p class="deeds">
    ${one.proposed_by !== me()?.id && html`<button type="button" onClick=${() => decide(one, true, here)}>${say("compensation.approve")}</button>`}
    <button type="button" class="secondary" onClick=${() => decide(one, false, here)}>${say("compensation.decline")}</button>
  </p>
  ${one.proposed_by === me()?.id && html`<p><small>${say("compensation.somebody-else")}</small></p>`}
`;

function propose(one, here) {
  const key = newKey();
  ask({
    title: say("compensation.propose"),
    what: say("compensation.propose-what", { people: one.people, cost: shownMoney(one.cost, one.currency), name: one.name[language.value] }),
    go: say("compensation.propose"),
    done: say("compensation.proposed"),
    act: async ({ reason }) => {
      await call("POST", here.path, { key, body: { template_id: one.template_id, reason } });
      here.choose("");
      await here.again();
    },
  });
}

const decide = (one, approve, here) =>
  ask({
    title: say(`compensation.${approve ? "approve" : "decline"}`),
    what: say(`compensation.${approve ? "approve" : "decline"}-what`, { people: one.people, cost: shownMoney(one.cost, one.currency) }),
    label: say("console.note"),
    shortest: 1,
    word: approve ? say("compensation.word") : undefined,
    go: say(`compensation.${approve ? "approve" : "decline"}`),
    done: say(approve ? "compensation.approved" : "compensation.declined"),
    act: async ({ reason }) => {
      await call("POST", `${here.path}/decision`, { body: { approve, note: reason } });
      await here.again();
    },
  });
