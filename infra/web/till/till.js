/** The till at `/till/`, and the merchant's back office behind it: a frame, and one screen at a time in it. */
import { Frame } from "/till/frame.js";
import { SCREENS, allowed } from "/till/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { resume } from "/shared/intents.js";
import { language, learn } from "/shared/language.js";
import { arrive, shown, start } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { effect, html, render, untracked } from "/shared/ui.js";

let known = signedIn.value;
await start(SCREENS, allowed, () => Promise.all([wear(), learn("shared", "till")]));

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});

effect(() => {
  if (signedIn.value !== known) arrive();
  known = signedIn.value;
});

/** What was meant before a reload, a dead battery or the end of a shift goes on with the keys that it had. */
effect(() => void (signedIn.value && untracked(resume)));
navigator.serviceWorker?.register("/till/worker.js");
