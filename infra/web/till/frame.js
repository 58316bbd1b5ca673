/** What is around every screen: brand and shop, languages, places, what waits to be sent. */
import { staff } from "/till/staff.js";
import { brandLogo } from "/shared/brand.js";
import { maintenance, reachable } from "/shared/door.js";
import { mine } from "/shared/intents.js";
import { say } from "/shared/language.js";
import { Announcer, Icon, Screen, Tongues } from "/shared/parts.js";
import { shown } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { html } from "/shared/ui.js";

const TABS = [["/", "pay", "charge"], ["/today", "list", "today"], ["/queue", "clock", "queue"], ["/more", "person", "more"]];

export const Frame = () => html`
  <div class="app counter">
    <a class="skip" href="#main" onClick=${skip}>${say("shared.skip")}</a>
    <p class="banner" role="status" hidden=${reachable.value}>${say("till.offline")}</p>
    ${maintenance.value && html`<p class="banner" role="status">${maintenance.value.title}</p>`}
    <header>
      <a class="brand" href="#/"><img src=${brandLogo()} alt="" width="28" height="28" /><span class="one-line">${(staff.value?.store_name || staff.value?.merchant_name) ?? say("till.name")}</span></a>
      <${Tongues} />
    </header>
    <main id="main" tabindex="-1"><${Screen} /></main>
    ${signedIn.value && html`<${Tabs} />`}
  </div>
  <${Announcer} />
`;

const Tabs = () => html`
  <nav class="tabs" aria-label=${say("till.tabs")}>
    <ul>${TABS.map(([path, icon, name]) => html`<li key=${path}><${Tab} path=${path} icon=${icon} name=${name} /></li>`)}</ul>
  </nav>
`;

const Tab = ({ path, icon, name }) => html`
  <a href=${`#${path}`} aria-current=${shown.value?.path === path ? "page" : undefined}>
    <${Icon} name=${icon} />
    <span>${say(`till.tab.${name}`)}</span>
    ${name === "queue" && html`<${Waits} />`}
  </a>
`;

function Waits() {
  const count = mine().length;
  if (!count) return null;
  return html`<span class="badge" aria-hidden="true">${count}</span><span class="unseen">${say("till.waits", { count })}</span>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
