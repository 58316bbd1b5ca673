/** The operators' console at `/console/`: a frame, one screen at a time in it, and keys for everything. */
import { Frame } from "/console/frame.js";
import { listen } from "/console/keys.js";
import { SCREENS, allowed } from "/console/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { language, learn } from "/shared/language.js";
import { arrive, pathOf, shown, start } from "/shared/router.js";
import { seeSoon } from "/shared/seen.js";
import { signedIn } from "/shared/session.js";
import { effect, html, render } from "/shared/ui.js";

/** The answer is on its way while the overview is. */
if (signedIn.value && pathOf() === "/") seeSoon("/v1/reports/live");
let before = signedIn.value;
await start(SCREENS, allowed, () => Promise.all([wear(), learn("shared", "console")]));
listen();

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});

effect(() => {
  if (signedIn.value !== before) arrive();
  before = signedIn.value;
});
