/** What is around every screen: brand, search, places, who is signed in, dialogs. */
import { askAgain, may, me } from "/console/may.js";
import { Keys, showKeys } from "/console/keys.js";
import { Results, Search, searched } from "/console/search.js";
import { brandLogo, brandName } from "/shared/brand.js";
import { say } from "/shared/language.js";
import { Announcer, Problem, Tongues, Waiting } from "/shared/parts.js";
import { shown } from "/shared/router.js";
import { reachable } from "/shared/door.js";
import { session, signedIn, signOut } from "/shared/session.js";
import { effect, html, signal } from "/shared/ui.js";

const PLACES = [
  ["/", "o", "reports.see"],
  ["/reports", "q", "reports.see"],
  ["/cases", "c", "cases.see"],
  ["/verification", "y", "screenings.see"],
  ["/disputes", "h", "disputes.see"],
  ["/risk", "x", "risk.see"],
  ["/merchants", "m", "merchants.see"],
  ["/coupons", "w", "rewards.see"],
  ["/points", "l", "rewards.see"],
  ["/topup-bonuses", "f", "rewards.see"],
  ["/processors", "b", "processors.see"],
  ["/reconciliations", "r", "reconciliations.see"],
  ["/adjustments", "d", "adjustments.see"],
  ["/backups", "u", "backups.see"],
  ["/reviews", "v", "reviews.see"],
  ["/policies", "k", "policies.see"],
  ["/audit", "a", "audit-log.see"],
  ["/operators", "p", "operators.see"],
  ["/status", "s", "account.own"],
  ["/incidents", "i", "status.see"],
  ["/on-call", "n", "on-call.see"],
  ["/tasks", "t", "reports.see-tasks"],
];

let whose;
effect(() => {
  if (session.value?.session_id === whose) return;
  whose = session.value?.session_id;
  if (whose) queueMicrotask(askAgain);
});

const dialog = signal(null);
/** `Dialog`: a component that asks something, over every screen. */
export const surround = (Dialog) => (dialog.value = Dialog);

export const Frame = () => html`
  <div class=${signedIn.value ? "console" : "console out"}>
    <a class="skip" href="#main" onClick=${skip}>${say("shared.skip")}</a>
    <header>
      <a class="brand" href="#/"><img src=${brandLogo()} alt="" width="26" height="26" />${brandName()} <small>${say("console.name")}</small></a>
      ${signedIn.value && html`<${Search} />`}
      <div class="who">
        ${signedIn.value && html`<${Who} />`}
        <${Tongues} />
      </div>
    </header>
    ${signedIn.value && html`<${Places} />`}
    <main id="main" tabindex="-1">
      <p class="stale" role="status" hidden=${reachable.value}>${say("console.offline")}</p>
      <div aria-live="polite">${searched() && html`<${Results} />`}</div>
      ${!searched() && html`<${Screen} />`}
    </main>
  </div>
  <${Announcer} />
  ${dialog.value && html`<${dialog.value} />`}
  <${Keys} />
`;

function Screen() {
  const screen = shown.value;
  if (!screen) return html`<${Waiting} />`;
  if (screen.failed) return html`<${Problem} of=${screen.failed} />`;
  return html`<div class="screen" data-path=${screen.path}>${screen.view()}</div>`;
}

const Who = () => html`
  <span class="role">${me() ? say(`console.role.${me().role}`) : ""}</span>
  <button type="button" class="plain" onClick=${showKeys}>${say("console.keys")}</button>
  <button type="button" class="plain" onClick=${signOut}>${say("console.sign-out")}</button>
`;

/** The place itself, or a screen within it. */
function current(path) {
  const open = shown.value?.path ?? "";
  return open === path ? "page" : open.startsWith(`${path}/`) ? "true" : undefined;
}

const Places = () => html`
  <nav class="places" aria-label=${say("console.places")}>
    <ul>
      ${PLACES.filter(([, , permission]) => may(permission)).map(([path, key]) => html`
        <li key=${path}><a href=${`#${path}`} aria-current=${current(path)}>${say(`console.go.${key}`)}</a></li>`)}
    </ul>
  </nav>
`;

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
