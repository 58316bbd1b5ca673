/** One incident: everything that was told of it, why it was so, what mended it, and how long each step took. */
import { asked, Chip, place, Reasons, Times, Updates } from "/status/told.js";
import { say } from "/shared/language.js";
import { Heading, Problem, Up, Waiting } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open({ params: { id } }) {
  const { found, stop } = asked(`/v1/status/incidents/${id}`);
  return { title: () => found.value.data?.title ?? say("board.incident"), view: () => html`<${Up} path="/">${say("board.name")}<//><${Story} ...${found.value} />`, close: stop };
}

function Story({ data, problem }) {
  if (!data) return html`<${Heading}>${say("board.incident")}<//>${problem ? html`<${Problem} of=${problem} />` : html`<${Waiting} />`}`;
  return html`
    <${Heading}>${data.title}<//>
    <p class="meta"><${Chip} of=${data.state} /> ${place(data)}</p>
    <p>${data.body}</p>
    <${Reasons} ...${data} />
    <${Times} of=${data.times} />
    <h2>${say("board.updates")}</h2>
    <${Updates} of=${data.updates} beneath=${data.title} />
  `;
}
