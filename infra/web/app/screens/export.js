/** All that is kept of me, as one signed archive: asked for, on its way, and fetched. */
import { Titled } from "/app/security.js";
import { say, shownNumber } from "/shared/language.js";
import { Button, Problem, Shown, When, job } from "/shared/parts.js";
import { see, watch } from "/shared/seen.js";
import { call, get, userId } from "/shared/session.js";
import { store, stored } from "/shared/stored.js";
import { html, signal } from "/shared/ui.js";

const NAME = "app.export";
const LOOK_MS = 4000;
const KB = 1024;

const asked = () => (stored(NAME)?.user === userId.peek() ? stored(NAME).id : "");
const pathOf = (id) => `/v1/me/exports/${id}`;

export function open() {
  const id = signal(asked());
  const archive = () => (id.value ? see(pathOf(id.value)) : null);
  const shown = signal(archive());
  const ask = job(async () => {
    const made = await call("POST", "/v1/me/exports");
    store(NAME, { user: userId.peek(), id: made.id });
    id.value = made.id;
    shown.value = archive();
  });
  /** A link is good for five minutes: a fresh one is fetched when it is wanted. */
  const fetchIt = job(async () => location.assign((await get(pathOf(id.peek()))).download_url));
  const stop = watch(() => shown.peek()?.peek().data?.status === "pending" && archive(), LOOK_MS);
  return { title: () => say("export.title"), view: () => html`<${Export} shown=${shown} ask=${ask} fetchIt=${fetchIt} />`, close: stop };
}

const Export = ({ shown, ask, fetchIt }) => html`
  <${Titled} title=${say("export.title")}>${say("export.why")}<//>
  ${shown.value === null || shown.value.value.problem?.answer?.status === 404
    ? html`<${Ask} ask=${ask} />`
    : html`<${Shown} of=${shown.value}>${(one) => html`<${Archive} one=${one} ask=${ask} fetchIt=${fetchIt} />`}<//>`}
`;

const Ask = ({ ask }) => html`
  <${Button} kind="wide" job=${ask} onClick=${ask.run}>${say("export.ask")}<//>
  <${Problem} of=${ask.problem.value} />
`;

function Archive({ one, ask, fetchIt }) {
  if (one.status === "pending")
    return html`<p class="note" role="status">${say("export.pending")}</p><progress aria-label=${say("export.pending")}></progress><p><small>${say("export.asked")} <${When} at=${one.asked_at} /></small></p>`;
  if (one.status === "failed") return html`<p class="note" role="status">${say("export.failed")}</p><${Ask} ask=${ask} />`;
  return html`
    <p class="good" role="status">${say("export.ready", { size: shownNumber(one.bytes / KB, { maximumFractionDigits: 0 }) })}</p>
    <${Button} kind="wide" job=${fetchIt} onClick=${fetchIt.run}>${say("export.fetch")}<//>
    <${Problem} of=${fetchIt.problem.value} />
    <p><small>${say("export.until")} <${When} at=${one.expires_at} /></small></p>
    <p><small>${say("export.sum")} <code class="secret">${one.sha256}</code></small></p>
    <${Button} kind="secondary wide" job=${ask} onClick=${ask.run}>${say("export.anew")}<//>
    <${Problem} of=${ask.problem.value} />
  `;
}
