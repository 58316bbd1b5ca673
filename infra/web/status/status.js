/** The public status page at `/status/`: nobody signs in, and it needs nothing of the rest but its answers. */
import { Frame } from "/status/frame.js";
import { SCREENS } from "/status/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { language, learn } from "/shared/language.js";
import { shown, start } from "/shared/router.js";
import { effect, html, render } from "/shared/ui.js";

await start(SCREENS, (path) => path, () => Promise.all([wear(), learn("shared", "status")]));

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});
