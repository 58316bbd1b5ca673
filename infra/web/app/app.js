/** The wallet app at `/app/`: a frame, and one screen at a time in it. Every address of a screen is in `SCREENS`. */
import { Frame, surround } from "/app/frame.js";
import { walletsSoon } from "/app/me.js";
import { mode, showMode } from "/app/modes.js";
import { SCREENS, allowed } from "/app/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { language, learn } from "/shared/language.js";
import { arrive, pathOf, shown, start } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { effect, html, render } from "/shared/ui.js";

const AGAIN_MS = 3000;

/** The answer is on its way while the home screen is. */
if (signedIn.value && pathOf() === "/") walletsSoon();
showMode();
await start(SCREENS, allowed, Promise.all([wear(), learn("shared", "app")]));

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
});

/** On a bad network it may take more than one try. */
const finish = () =>
  import("/app/afterwards.js").then(
    ({ begin }) => surround(begin()),
    () => setTimeout(finish, AGAIN_MS),
  );
finish();
