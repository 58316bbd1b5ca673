/** Every attempt to tell one server something: what was sent, what it answered; and once more. */
import { named } from "/till/hooks.js";
import { listOf, State } from "/till/office.js";
import { mine } from "/till/staff.js";
import { say, shownMoment, shownNumber } from "/shared/language.js";
import { announce, Button, Facts, Heading, job, Pages, Problem, Up } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open({ params: { id } }) {
  const path = `/webhook-endpoints/${id}/deliveries`;
  const [list, bodies, address] = [signal(listOf(path)), signal({}), signal("")];
  get(mine(`/webhook-endpoints/${id}`)).then(({ url }) => (address.value = url), () => {});
  const again = job(async (event) => {
    await call("POST", `/v1/events/${event}/redeliver`, { body: { endpoint_id: id } });
    announce(say("hooks.redelivered"));
    list.value = listOf(path);
  });
  const look = async (event) => {
    if (bodies.peek()[event] !== undefined) return;
    const body = await get(`/v1/events/${event}`).then(({ type, timestamp, data }) => JSON.stringify({ type, timestamp, data }, null, 2), () => "");
    bodies.value = { ...bodies.peek(), [event]: body };
  };
  return { title: () => say("hooks.deliveries"), view: () => html`
    <${Up} path="/office/webhooks">${say("hooks.title")}<//>
    <${Heading}>${say("hooks.deliveries")}<//>
    <p class="breaks">${address.value}</p>
    <p><button type="button" class="secondary" onClick=${() => (list.value = listOf(path))}>${say("hooks.look-again")}</button></p>
    <${Problem} of=${again.problem.value} />
    <${Pages} of=${list.value} empty=${say("hooks.no-deliveries")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("hooks.deliveries")}>${rows.map((one) => html`<${Attempt} key=${one.at + one.event_id} of=${one} body=${bodies.value[one.event_id]} look=${look} again=${again} />`)}</ul>`}<//>
  ` };
}

const Attempt = ({ of: one, body, look, again }) => html`
  <li class="thing">
    <strong>${named(one.event_type)}</strong> <${State} of=${one.outcome} />
    <small>${[shownMoment(one.at), say("hooks.attempt", { number: one.number }), one.status, say("hooks.took", { milliseconds: shownNumber(one.milliseconds) })].filter(Boolean).join(" · ")}</small>
    ${one.next_at && html`<small>${say("hooks.next", { at: shownMoment(one.next_at) })}</small>`}
    <details onToggle=${(event) => event.target.open && look(one.event_id)}>
      <summary>${say("hooks.both")}</summary>
      <h2>${say("hooks.request")}</h2>
      <${Facts} of=${Object.entries(one.headers)} />
      <pre tabindex="0" role="group" aria-label=${say("hooks.request")}>${body ?? say("shared.waiting")}</pre>
      <h2>${say("hooks.answer")}</h2>
      <pre tabindex="0" role="group" aria-label=${say("hooks.answer")}>${[one.status, one.answer].filter(Boolean).join("\n") || say("hooks.no-answer")}</pre>
    </details>
    <p class="acts"><${Button} kind="plain" job=${again} onClick=${() => again.run(one.event_id)}>${say("hooks.redeliver")}<//></p>
  </li>
`;
