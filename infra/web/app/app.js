/** The wallet app at `/app/`: a frame, and one screen at a time in it. Every address of a screen is in `SCREENS`. */
import { Frame } from "/app/frame.js";
import { keepMode } from "/app/modes.js";
import { SCREENS, allowed } from "/app/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { resume } from "/shared/intents.js";
import { language, learn } from "/shared/language.js";
import { proveByDialog } from "/shared/prove.js";
import { arrive, shown, start } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { stored } from "/shared/stored.js";
import { effect, html, render } from "/shared/ui.js";

proveByDialog();
keepMode();
await Promise.all([wear(), learn("shared", "app")]);
await start(SCREENS, allowed);

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});

let before = signedIn.value;
effect(() => {
  if (signedIn.value === before) return;
  before = signedIn.value;
  arrive();
  void resume();
});
void resume();
if (stored("app.consents")) void import("/app/consents.js").then(({ sayOwed }) => sayOwed());
(globalThis.requestIdleCallback ?? setTimeout)(() => navigator.serviceWorker?.register("/app/worker.js"));
