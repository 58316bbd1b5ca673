/** What is around every screen: brand, banners, tabs, the dialog that proves who it is. */
import { brandLogo, brandName } from "/shared/brand.js";
import { Icon } from "/shared/icons.js";
import { reachable } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Announcer, Problem, Waiting } from "/shared/parts.js";
import { Prove } from "/shared/prove.js";
import { shown } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { Tongues } from "/shared/tongues.js";
import { html } from "/shared/ui.js";

const TABS = [
  ["/", "home"],
  ["/pay", "pay"],
  ["/activity", "list"],
  ["/inbox", "bell"],
  ["/me", "person"],
];

export const Frame = () => html`
  <div class="app">
    <a class="skip" href="#main" onClick=${skip}>${say("shared.skip")}</a>
    <${Banners} />
    <header>
      <a class="brand" href="#/"><img src=${brandLogo()} alt="" width="28" height="28" />${brandName()}</a>
      <${Tongues} />
    </header>
    <main id="main" tabindex="-1"><${Screen} /></main>
    ${signedIn.value && html`<${Tabs} />`}
  </div>
  <${Announcer} />
  <${Prove} />
`;

function Screen() {
  const screen = shown.value;
  if (!screen) return html`<${Waiting} />`;
  if (screen.failed) return html`<${Problem} of=${screen.failed} />`;
  return screen.view();
}

const Banners = () => html`<p class="banner" role="status" hidden=${reachable.value}>${say("shared.offline")}</p>`;

const Tabs = () => html`
  <nav class="tabs" aria-label=${say("app.tabs")}>
    <ul>
      ${TABS.map(([path, icon]) => html`
        <li><a href=${`#${path}`} aria-current=${shown.value?.path === path ? "page" : undefined}><${Icon} name=${icon} />${say(`app.tab.${icon}`)}</a></li>
      `)}
    </ul>
  </nav>
`;

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
