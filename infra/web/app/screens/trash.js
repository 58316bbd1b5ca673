/** What was deleted or overwritten: thirty days to have it back. */
import { Titled } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Pages, Problem, When, announce, job, pages } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const found = () => pages((cursor) => get(`/v1/me/trash${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ""}`));

export function open() {
  const list = signal(found());
  const restore = job(async (one) => {
    await call("POST", `/v1/me/trash/${one.id}/restore`);
    list.value = found();
    void lookAgain();
    announce(say("trash.restored"));
  });
  return { title: () => say("trash.title"), view: () => html`<${Trash} list=${list} restore=${restore} />` };
}

const Trash = ({ list, restore }) => html`
  <${Titled} title=${say("trash.title")}>${say("trash.why")}<//>
  <${Problem} of=${restore.problem.value} />
  <${Pages} of=${list.value} empty=${say("trash.empty")}>${(rows) => html`<ul class="rows">${rows.map((one) => html`<${Thing} key=${one.id} one=${one} restore=${restore} />`)}</ul>`}<//>
`;

const Thing = ({ one, restore }) => html`
  <li class="thing">
    <div><strong>${one.what}</strong><small>${say("trash.until")} <${When} at=${one.gone_at} /></small></div>
    <p class="acts"><${Button} kind="secondary" job=${restore} aria-label=${say("trash.restore-one", { what: one.what })} onClick=${() => restore.run(one)}>${say("trash.restore")}<//></p>
  </li>
`;
