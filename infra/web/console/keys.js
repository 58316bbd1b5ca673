/** Keys, as in mail programs: `/` searches, j and k walk through a list, g and a letter go, `?` shows them all. */
import { say } from "/shared/language.js";
import { Dialog } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export const PLACES = { o: "/", c: "/cases", h: "/disputes", x: "/risk", m: "/merchants", w: "/coupons", l: "/points", f: "/topup-bonuses", b: "/processors", r: "/reconciliations", d: "/adjustments", u: "/backups", v: "/reviews", k: "/policies", a: "/audit", p: "/operators", s: "/status", i: "/incidents", n: "/on-call", y: "/verification", t: "/tasks", q: "/reports" };
const LIST = ["/", "?", "j", "k", "Enter", "x", "e", "Escape"];
const shown = signal(false);
let going = 0;

export const showKeys = () => (shown.value = true);

export function listen() {
  addEventListener("keydown", (event) => {
    if (!signedIn.value || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("dialog")) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return leave(event);
    const act = going ? gone(event.key) : ACTS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function toSearch() {
  const box = document.getElementById("search");
  box?.focus();
  box?.select();
}

const ACTS = {
  "/": toSearch,
  "?": showKeys,
  j: () => walk(1),
  k: () => walk(-1),
  x: () => row()?.querySelector("input[type=checkbox]")?.click(),
  e: () => (document.activeElement.closest(".table")?.querySelector("[data-export]") ?? document.querySelector("[data-export]"))?.click(),
  g: () => {
    going = setTimeout(() => (going = 0), 1500);
  },
};

function gone(key) {
  clearTimeout(going);
  going = 0;
  return PLACES[key] && (() => go(PLACES[key]));
}

const leave = (event) => event.key === "Escape" && event.target.blur();
const row = () => document.activeElement?.closest("tr, li");

function walk(step) {
  const stops = [...document.querySelectorAll("main [data-stop], main tbody tr")].filter((one) => one.matches("[data-stop]") || !one.querySelector("[data-stop]"));
  const at = stops.findIndex((stop) => stop === document.activeElement || stop.closest("tr")?.contains(document.activeElement));
  stops[at < 0 ? 0 : Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
}

export const Keys = () =>
  shown.value &&
  html`
    <${Dialog} title=${say("console.keys")} onClose=${() => (shown.value = false)}>
      <dl class="keys">
        ${LIST.map((key) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${say(`console.key.${key}`)}</dd></div>`)}
        ${Object.keys(PLACES).map((key) => html`<div key=${`g${key}`}><dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${say(`console.go.${key}`)}</dd></div>`)}
      </dl>
      <button type="button" class="secondary" onClick=${(event) => event.target.closest("dialog").close()}>${say("shared.close")}</button>
    <//>
  `;
