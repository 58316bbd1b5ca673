/** Where this account is signed in: a name for each device, the way out for one or for all. */
import { Sure, Titled, sessions } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Dialog, Field, Form, Shown, Submit, When, announce, job, wrong } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call, leave } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const of = { found: sessions(), asked: signal(null) };
  const done = async (sentence) => {
    of.asked.value = null;
    await lookAgain("/v1/sessions");
    announce(say(sentence));
  };
  of.rename = job(async ({ device_name }) => {
    await call("PATCH", `/v1/sessions/${of.asked.peek().one.id}`, { body: { device_name } });
    await done("devices.renamed");
  });
  of.end = job(async (one) => {
    await call("DELETE", one.current ? "/v1/sessions/current" : `/v1/sessions/${one.id}`);
    if (one.current) leave();
    else await done("devices.ended");
  });
  of.endAll = job(async () => {
    await call("DELETE", "/v1/sessions");
    leave("everywhere");
  });
  return { title: () => say("devices.title"), view: () => html`<${Devices} ...${of} />` };
}

const nameOf = (one) => one.device_name ?? say("devices.nameless");
const ask = (asked, what, one) => () => (asked.value = { what, one });

const Devices = ({ found, asked, ...jobs }) => html`
  <${Titled} title=${say("devices.title")}>${say("devices.why")}<//>
  <${Shown} of=${found}>${({ data }) => html`<ul class="rows">${data.map((one) => html`<${Device} key=${one.id} one=${one} asked=${asked} />`)}</ul>`}<//>
  <${Button} kind="danger wide" onClick=${ask(asked, "all")}>${say("devices.end-all")}<//>
  <${Asked} asked=${asked} ...${jobs} />
`;

const Device = ({ one, asked }) => html`
  <li class="thing">
    <div>
      <strong>${nameOf(one)}</strong> ${one.current && html`<span class="badge-here">${say("devices.this")}</span>`}
      <small>${say("devices.used")} <${When} at=${one.last_used_at} /> · ${say("devices.since")} <${When} at=${one.created_at} /></small>
    </div>
    <p class="acts">
      <${Button} kind="plain" aria-label=${say("devices.rename-one", { name: nameOf(one) })} onClick=${ask(asked, "rename", one)}>${say("devices.rename")}<//>
      <${Button} kind="plain" aria-label=${say("devices.end-one", { name: nameOf(one) })} onClick=${ask(asked, "end", one)}>${say("devices.end")}<//>
    </p>
  </li>
`;

function Asked({ asked, rename, end, endAll }) {
  const close = () => (asked.value = null);
  const { what, one } = asked.value ?? {};
  if (what === "rename") return html`<${Rename} one=${one} rename=${rename} close=${close} />`;
  if (what === "end")
    return html`<${Sure} title=${say("devices.end-one", { name: nameOf(one) })} text=${say(one.current ? "devices.end-this" : "devices.end-about")} go=${say("devices.end")} job=${end} onYes=${() => end.run(one)} onNo=${close} />`;
  if (what === "all")
    return html`<${Sure} title=${say("devices.end-all")} text=${say("devices.end-all-about")} go=${say("devices.end-all")} job=${endAll} onYes=${endAll.run} onNo=${close} />`;
  return null;
}

const Rename = ({ one, rename, close }) => html`
  <${Dialog} title=${say("devices.rename-one", { name: nameOf(one) })} onClose=${close}>
    <${Form} job=${rename}>
      <${Field} name="device_name" label=${say("devices.name")} defaultValue=${one.device_name ?? ""} problem=${wrong(rename.problem.value, "device_name")} maxlength="64" autocomplete="off" required />
      <${Submit} job=${rename}>${say("shared.save")}<//>
    <//>
    <button type="button" class="secondary" onClick=${close}>${say("shared.cancel")}</button>
  <//>
`;
