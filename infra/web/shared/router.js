/**
 * Screens behind the `#` of the address: they work without a server, and the back button is the browser's own.
 *
 * A screen is a module whose `open({params, query})` returns {title(), view(), close?()}: `title` and `view` run again
 * whenever a signal that they read changes, `close` when the reader goes on. `:name` in a pattern is a parameter.
 */
import { NoAnswer, pause } from "/shared/door.js";
import { learn } from "/shared/language.js";
import { signal } from "/shared/ui.js";

/** {path, title, view}, or {path, failed} when the screen could not be fetched; null at first. */
export const shown = signal(null);
const READY = { home: "/" };
const NOWHERE = { screen: { load: () => import("/shared/nowhere.js") }, params: {} };
const AGAIN_MS = 2000;
const PAINT_MS = 50;
let screens = [];
let guard = (path) => path;
let prepared = null;
let visit = 0;

export const pathOf = () => location.hash.replace(/^#/, "") || READY.home;
export const go = (path) => void (location.hash = path);
/** Takes the place of the screen that is shown, so that "back" does not come upon it again. */
export const goInstead = (path) => location.replace(`#${path}`);

/**
 * `table`: pattern → {load: () => import(…), text: [catalogues]}; `allow(path)`: the path to show instead, or itself.
 * The first screen is fetched while the page gets `ready()`, which is tried until it comes.
 */
export function start(table, allow, ready) {
  screens = Object.entries(table).map(([pattern, screen]) => ({ pattern, ...screen }));
  guard = allow;
  prepared = Promise.all([until(ready), parsed()]);
  addEventListener("hashchange", () => arrive());
  addEventListener("online", () => shown.peek()?.failed && arrive());
  return arrive();
}

/** The script of a page does not wait for the rest of it. */
const parsed = () => document.readyState === "loading" && new Promise((done) => addEventListener("DOMContentLoaded", done));

async function until(ready) {
  for (;;) {
    try {
      return await ready();
    } catch {
      await pause(AGAIN_MS);
    }
  }
}

/** Shows the screen of the address, unless the reader has gone on meanwhile. */
export async function arrive() {
  const mine = ++visit;
  const path = allowed(pathOf());
  if (path !== pathOf()) history.replaceState(null, "", `#${path}`);
  const [name, search = ""] = path.split("?");
  const { screen, params } = match(name) ?? NOWHERE;
  try {
    const [module] = await Promise.all([screen.load(), learn(...(screen.text ?? [])), prepared, shown.peek() && painted()]);
    if (mine !== visit) return;
    const opened = module.open({ params, query: Object.fromEntries(new URLSearchParams(search)), path: name });
    replace({ path: name, ...opened });
  } catch (problem) {
    console.error(problem);
    const failed = navigator.onLine ? problem : new NoAnswer(name, { cause: problem });
    if (mine === visit) replace({ path: name, failed });
  }
}

/** What was pressed looks pressed before the work begins; a page that nobody sees is not painted. */
const painted = () => Promise.race([pause(PAINT_MS), new Promise((done) => requestAnimationFrame(() => setTimeout(done)))]);

function replace(next) {
  const before = shown.peek();
  const held = document.activeElement;
  shown.value = next;
  document.documentElement.dataset.screen = next.path;
  before?.close?.();
  if (before) requestAnimationFrame(() => toHeading(held));
  scrollTo(0, 0);
}

/** Screen readers go on at the new heading, unless the reader has meanwhile gone elsewhere: their next key is not ours. */
function toHeading(held) {
  const now = document.activeElement;
  if (now === held || now === document.body) document.querySelector("main h1")?.focus();
}

/** Where `path` leads may itself be no place for them; that there is no such page, anybody may read. */
const allowed = (path) => (match(path.split("?")[0]) ? guard(guard(path)) || READY.home : path);

/** {screen, params} of a path without its query, or null. */
function match(path) {
  for (const screen of screens) {
    const names = screen.pattern.match(/:\w+/g) ?? [];
    const found = new RegExp(`^${screen.pattern.replace(/:\w+/g, "([^/]+)")}$`).exec(path);
    if (found) return read(screen, names, found.slice(1));
  }
  return null;
}

function read(screen, names, values) {
  try {
    return { screen, params: Object.fromEntries(names.map((name, at) => [name.slice(1), decodeURIComponent(values[at])])) };
  } catch {
    return null;
  }
}
