/** The wallet app at `/app/`: a frame, and one screen at a time in it. Every address of a screen is in `SCREENS`. */
import { Frame } from "/app/frame.js";
import { keepInbox } from "/app/inbox.js";
import { keepMode, mode } from "/app/modes.js";
import { SCREENS, allowed } from "/app/screens.js";
import { watchStatus } from "/app/status.js";
import { watchTasks } from "/app/tasks.js";
import { brandName, wear } from "/shared/brand.js";
import { resume } from "/shared/intents.js";
import { language, learn } from "/shared/language.js";
import { proveByDialog } from "/shared/prove.js";
import { arrive, pathOf, shown, start } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { effect, html, render } from "/shared/ui.js";

proveByDialog();
keepMode();
keepInbox();
watchStatus();
watchTasks();
await Promise.all([wear(), learn("shared", "app")]);
await start(SCREENS, allowed);

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});

/** Another home screen in another mode; any other screen stays as it is. */
const wanted = () => `${signedIn.value} ${mode.value && pathOf() === "/" ? mode.value : ""}`;
let before = wanted();
effect(() => {
  if (wanted() === before) return;
  before = wanted();
  arrive();
  void resume();
});
void resume();
(globalThis.requestIdleCallback ?? setTimeout)(() => navigator.serviceWorker?.register("/app/worker.js"));
