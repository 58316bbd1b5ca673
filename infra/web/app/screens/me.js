/** Me: who I am here, how the app behaves, what keeps me safe, and the way out. */
import { approvals, waiting } from "/app/family.js";
import { unreadCount } from "/app/inbox.js";
import { me, mode } from "/app/me.js";
import { Row, Rows } from "/app/rows.js";
import { NATIVE, language, say } from "/shared/language.js";
import { Button, Heading, Shown, job } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { signOut } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const mine = me();
  const asked = approvals();
  const out = job(async () => {
    await signOut();
    goInstead("/welcome");
  });
  return { title: () => say("me.title"), view: () => html`<${Me} mine=${mine} asked=${asked} out=${out} />` };
}

const Me = ({ mine, asked, out }) => html`
  <${Heading}>${say("me.title")}<//>
  <${Shown} of=${mine} lines=${2}>${(person) => html`<${Who} person=${person} />`}<//>
  <${Rows} label=${say("me.app")}>
    ${mode.value === "easy" && html`
      <${Row} path="/withdraw" icon="out" title=${say("me.withdraw")} about=${say("me.withdraw-about")} />
      <${Row} path="/activity" icon="list" title=${say("me.activity")} />
      <${Row} path="/inbox" icon="bell" title=${say("me.inbox")} count=${unreadCount.value} />`}
    <${Row} path="/me/mode" icon="home" title=${say("me.mode")} about=${say(`mode.${mode.value}`)} />
    <${Row} path="/me/profile" icon="person" title=${say("me.profile")} about=${NATIVE[language.value]} />
    <${Row} path="/me/notices" icon="bell" title=${say("me.notices")} />
    <${Row} path="/coupons" icon="ticket" title=${say("me.coupons")} about=${say("me.coupons-about")} />
    <${Row} path="/gift-cards" icon="gift" title=${say("me.gifts")} about=${say("me.gifts-about")} />
    <${Row} path="/family-cards" icon="card" title=${say("me.family-cards")} about=${say("me.family-cards-about")} />
    <${Row} path="/points" icon="star" title=${say("me.points")} about=${say("me.points-about")} />
    <${Row} path="/bonuses" icon="plus" title=${say("me.bonuses")} about=${say("me.bonuses-about")} />
    <${Row} path="/credit" icon="clock" title=${say(mode.value === "easy" ? "me.credit-easy" : "me.credit")} about=${mode.value === "easy" ? "" : say("me.credit-about")} />
  <//>
  <${Rows} label=${say("me.safe")}>
    <${Row} path="/security" icon="shield" title=${say("me.security")} />
    <${Row} path="/me/verification" icon="person" title=${say("me.verification")} about=${say("me.verification-about")} />
    <${Row} path="/family" icon="people" title=${say("me.family")} about=${say("me.family-about")} count=${waiting(asked).length} />
    <${Row} path="/activity" icon="list" title=${say("me.statements")} />
    <${Row} path="/help" icon="help" title=${say("me.help")} />
  <//>
  <p><${Button} kind="secondary wide" job=${out} onClick=${out.run}>${say("me.sign-out")}<//></p>
`;

const Who = ({ person }) => html`
  <div class="who">
    <span class="face" aria-hidden="true">${[...person.display_name][0]}</span>
    <p><strong>${person.display_name}</strong><small>${person.identifier}</small></p>
  </div>
`;
