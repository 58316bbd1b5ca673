/** What is around every screen: brand, languages, tabs, and whatever else has come to stand there. */
import { mode } from "/app/me.js";
import { brandLogo, brandName } from "/shared/brand.js";
import { say } from "/shared/language.js";
import { Announcer, Icon, Screen, Tongues } from "/shared/parts.js";
import { shown } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** Address, icon and name, at most three in the easy mode; a person to talk to is one tap away there. */
const HOME = ["/", "home"];
const ME = ["/me", "person"];
const INBOX = ["/inbox", "bell"];
const TABS = {
  standard: [HOME, ["/pay", "pay"], ["/activity", "list"], INBOX, ME],
  easy: [HOME, ["/help", "help"], ME],
  social: [HOME, ["/pay", "pay"], ["/activity", "list"], INBOX, ME],
};
/** Where the number of unread notices stands. */
const BADGE = { standard: "bell", easy: "person", social: "bell" };
const MANY = 9;

const around = signal({});
/** {above, below: components before and after the screen, dialog, unread: a signal of the number of unread notices}. */
export const surround = (parts) => (around.value = { ...around.value, ...parts });

export const Frame = () => html`
  <div class="app">
    <a class="skip" href="#main" onClick=${skip}>${say("shared.skip")}</a>
    ${around.value.above && html`<${around.value.above} />`}
    <header>
      <a class="brand" href="#/"><img src=${brandLogo()} alt="" width="28" height="28" />${brandName()}</a>
      <${Tongues} />
    </header>
    <main id="main" tabindex="-1"><${Screen} />${around.value.below && html`<${around.value.below} />`}</main>
    ${signedIn.value && html`<${Tabs} />`}
  </div>
  <${Announcer} />
  ${around.value.dialog && html`<${around.value.dialog} />`}
`;

const Tabs = () => html`
  <nav class="tabs" aria-label=${say("app.tabs")}>
    <ul>
      ${TABS[mode.value].map(([path, icon]) => html`<li key=${path}><${Tab} path=${path} icon=${icon} /></li>`)}
    </ul>
  </nav>
`;

const Tab = ({ path, icon }) => html`
  <a href=${`#${path}`} aria-current=${shown.value?.path === path ? "page" : undefined}>
    <${Icon} name=${icon} />
    <span>${say(`app.tab.${icon}`)}</span>
    ${icon === BADGE[mode.value] && html`<${Unread} />`}
  </a>
`;

function Unread() {
  const count = around.value.unread?.value;
  if (!count) return null;
  return html`<span class="badge" aria-hidden="true">${count > MANY ? `${MANY}+` : count}</span><span class="unseen">${say("app.unread", { count })}</span>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
