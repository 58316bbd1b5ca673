/** All that is kept of me, as one signed archive: asked for, on its way, and fetched, on whatever device. */
import { Titled } from "/app/security.js";
import { say, shownNumber } from "/shared/language.js";
import { Button, Problem, Shown, When, job } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html } from "/shared/ui.js";

const PATH = "/v1/me/exports";
const LOOK_MS = 4000;
const KB = 1024;

export function open() {
  const list = see(PATH);
  const ask = job(async () => {
    await call("POST", PATH);
    await lookAgain(PATH);
  });
  /** A link is good for five minutes: a fresh one is fetched when it is wanted. */
  const fetchIt = job(async (id) => location.assign((await get(`${PATH}/${id}`)).download_url));
  const stop = watch(() => list.peek().data?.data.some((one) => one.status === "pending") && see(PATH), LOOK_MS);
  return { title: () => say("export.title"), view: () => html`<${Export} list=${list} ask=${ask} fetchIt=${fetchIt} />`, close: stop };
}

const Export = ({ list, ask, fetchIt }) => html`
  <${Titled} title=${say("export.title")}>${say("export.why")}<//>
  <${Shown} of=${list}>${({ data: [newest, ...earlier] }) => {
    const ready = earlier.filter((one) => one.status === "ready");
    return html`
      ${newest && html`<${Archive} one=${newest} fetchIt=${fetchIt} />`}
      ${newest?.status !== "pending" && html`<${Button} kind=${newest?.status === "ready" ? "secondary wide" : "wide"} job=${ask} onClick=${ask.run}>${say(newest ? "export.anew" : "export.ask")}<//>`}
      <${Problem} of=${ask.problem.value} />
      ${ready.length > 0 && html`<h2>${say("export.earlier")}</h2>${ready.map((one) => html`<${Archive} key=${one.id} one=${one} fetchIt=${fetchIt} />`)}`}
      <${Problem} of=${fetchIt.problem.value} />
    `;
  }}<//>
`;

function Archive({ one, fetchIt }) {
  const asked = html`<p><small>${say("export.asked")} <${When} at=${one.asked_at} /></small></p>`;
  if (one.status === "pending") return html`<p class="note" role="status">${say("export.pending")}</p><progress aria-label=${say("export.pending")}></progress>${asked}`;
  if (one.status === "failed") return html`<p class="note" role="status">${say("export.failed")}</p>${asked}`;
  return html`
    <section class="card">
      <p class="good" role="status">${say("export.ready", { size: shownNumber(one.bytes / KB, { maximumFractionDigits: 0 }) })}</p>
      <p><${Button} kind="wide" job=${fetchIt} onClick=${() => fetchIt.run(one.id)}>${say("export.fetch")}<//></p>
      ${asked}
      <p><small>${say("export.until")} <${When} at=${one.expires_at} /></small></p>
      <p><small>${say("export.sum")} <code class="secret">${one.sha256}</code></small></p>
    </section>
  `;
}
