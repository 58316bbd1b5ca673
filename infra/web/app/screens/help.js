/** Help: a person, at once. */
import { me } from "/app/me.js";
import { Row, Rows } from "/app/rows.js";
import { brandHelp } from "/shared/brand.js";
import { say } from "/shared/language.js";
import { Heading, Icon } from "/shared/parts.js";
import { signedIn } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const mine = signedIn.value ? me() : null;
  return { title: () => say("me.help"), view: () => html`<${Help} from=${mine?.value.data?.jurisdiction} />` };
}

function Help({ from }) {
  const { phone, email } = brandHelp(from);
  return html`
    <${Heading}>${say("me.help")}<//>
    <p>${say("help.lead")}</p>
    ${phone && html`<p><a class="button wide" href=${`tel:${phone.replaceAll(" ", "")}`}><${Icon} name="help" />${say("help.call", { phone })}</a></p>`}
    ${!phone && html`<p>${say("help.no-phone")}</p>`}
    ${email && html`<p><a class=${phone ? "button secondary wide" : "button wide"} href=${`mailto:${email}`}>${say("help.write")}</a><small class="beneath">${email}</small></p>`}
    <p class="note">${say("help.warning")}</p>
    <p><a href="/status/">${say("help.status")}</a></p>
    ${signedIn.value && html`
      <${Rows} label=${say("help.self")}>
        <${Row} path="/security" icon="shield" title=${say("help.lost")} about=${say("help.lost-about")} />
        <${Row} path="/activity" icon="list" title=${say("help.payment")} about=${say("help.payment-about")} />
      <//>`}
  `;
}
