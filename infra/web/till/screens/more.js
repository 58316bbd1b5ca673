/** Who stands here and for how long, and the places beyond the counter. */
import { Row } from "/till/rows.js";
import { endShift, may, staff } from "/till/staff.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Button, Facts, Heading, job } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/** Path, icon, name and what it takes. */
const PLACES = [
  ["/office/payments", "list", "payments", "payments"],
  ["/office/deposits", "clock", "deposits", "payments"],
  ["/office/disputes", "shield", "disputes", "payments"],
  ["/office/settlements", "archive", "settlements", "reports"],
  ["/office/payouts", "out", "payouts", "reports"],
  ["/office/statements", "paper", "statements", "reports"],
  ["/office/stores", "home", "stores", "stores"],
  ["/office/staff", "people", "staff", "staff"],
  ["/office/tills", "devices", "tills", "staff"],
  ["/office/keys", "key", "keys", "keys"],
  ["/office/webhooks", "send", "webhooks", "keys"],
];

export function open() {
  const leaving = job(endShift);
  return { title: () => say("more.title"), view: () => html`<${More} leaving=${leaving} />` };
}

function More({ leaving }) {
  const one = staff.value ?? {};
  const counter = one.store_id ? [[`/stores/${one.store_id}`, "pay", "store"]] : [];
  const places = [...counter, ...PLACES.filter(([, , , scope]) => may(scope))];
  return html`
    <${Heading}>${say("more.title")}<//>
    <section class="card"><${Facts} of=${[
      [say("more.who"), one.name],
      [say("more.role"), one.role && sayOr(`till.role.${one.role}`, one.role)],
      [say("more.shop"), one.merchant_name],
      [say("more.store"), one.store_name],
      [say("more.until"), one.expires_at && shownMoment(one.expires_at)],
    ]} /></section>
    ${places.length > 0 && html`<ul class="rows card" aria-label=${say("more.office")}>${places.map(([path, icon, name]) => html`<${Row} key=${path} path=${path} icon=${icon} title=${say(`more.go.${name}`)} about=${say(`more.about.${name}`)} />`)}</ul>`}
    <p><${Button} job=${leaving} kind="secondary wide" onClick=${leaving.run}>${say("more.leave")}<//></p>
    <p><small>${say("more.leave-about")}</small></p>
  `;
}
