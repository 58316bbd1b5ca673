/** The wallet app at `/app/`: a frame, and one screen at a time in it. Every address of a screen is in `SCREENS`. */
import { Frame, surround } from "/app/frame.js";
import { mode, showMode, walletsSoon } from "/app/me.js";
import { SCREENS, allowed } from "/app/screens.js";
import { brandName, wear } from "/shared/brand.js";
import { pause } from "/shared/door.js";
import { language, learn } from "/shared/language.js";
import { arrive, pathOf, shown, start } from "/shared/router.js";
import { calm } from "/shared/seen.js";
import { provedBy, signedIn } from "/shared/session.js";
import { effect, html, render } from "/shared/ui.js";

/** How long the first picture waits for what is nearly there, so that it need not be drawn twice. */
const NEARLY_MS = 60;
const LATEST_MS = 3000;
const PAINT_MS = 100;

provedBy(async (methods, about) => {
  const [{ Prove, proved }, { wishOf }] = await Promise.all([import("/shared/prove.js"), import("/app/meant.js")]);
  surround({ dialog: Prove });
  return proved(methods, () => (about ? wishOf(about) : ""));
});
/** The answer is on its way while the home screen is. */
if (signedIn.value && pathOf() === "/") walletsSoon();
showMode();

let [known, worn] = [signedIn.value, mode.value];
await start(SCREENS, allowed, () => Promise.all([wear(), learn("shared", "app"), calm(NEARLY_MS)]));

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = [shown.value?.title?.(), brandName()].filter(Boolean).join(" · ");
  render(html`<${Frame} />`, document.getElementById("page"));
});

/** Another home screen in another mode; any other screen stays as it is. */
effect(() => {
  const other = signedIn.value !== known || (mode.value !== worn && pathOf() === "/");
  [known, worn] = [signedIn.value, mode.value];
  if (other) arrive();
});

/**
 * Once the first screen stands there, with what it shows. A browser may keep it in mind that a module did not come: then
 * it takes a reload, and until then the rest works.
 */
const finish = () =>
  import("/app/afterwards.js").then(
    ({ begin }) => surround(begin()),
    () => addEventListener("online", finish, { once: true }),
  );
void calm(LATEST_MS).then(() => pause(PAINT_MS)).then(finish);
