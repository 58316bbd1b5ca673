/**
 * For the service worker of an area, which names it as `AREA`: opens its page without a network. The files in its
 * `shell.json` are kept, shown at once and renewed behind what is shown; the page itself comes from the network if that
 * answers in time. What the API says is never kept here.
 */
const KEPT = `coffer.${AREA}`;
const PAGE = `/${AREA}/`;
const SHELL = `${PAGE}shell.json`;
const PLACES = [PAGE, "/app/app.css", "/shared/", "/packages/", "/text/", "/brand", "/favicon.svg"];
const PATIENCE_MS = 3000;

addEventListener("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin || !PLACES.some((place) => pathname.startsWith(place))) return;
  event.respondWith(mode === "navigate" ? page(event) : file(event));
});

async function fill() {
  const [kept, shell] = await Promise.all([caches.open(KEPT), fetch(SHELL, { cache: "no-cache" })]);
  await kept.addAll(await shell.json());
}

async function page(event) {
  const fresh = renewed(event, PAGE);
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
  return Promise.race([fresh, late]).catch(async () => (await caches.match(PAGE)) ?? fresh);
}

async function file(event) {
  const fresh = renewed(event, event.request);
  return (await caches.match(event.request)) ?? fresh;
}

/** From the network, and kept if it is good. */
function renewed(event, name) {
  const fresh = fetch(event.request);
  const keep = async () => {
    const answer = (await fresh).clone();
    if (answer.ok) await (await caches.open(KEPT)).put(name, answer);
  };
  event.waitUntil(keep().catch(() => {}));
  return fresh;
}
