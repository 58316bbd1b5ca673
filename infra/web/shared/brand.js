/** Name, logo and colours, from `/brand.json`; the style sheet has the same colours until they are here. */
import { language } from "/shared/language.js";
import { effect, signal } from "/shared/ui.js";

const brand = signal({ name: { en: "Coffer", zh: "Coffer" }, logo: "/favicon.svg", colours: {} });
const dark = matchMedia("(prefers-color-scheme: dark)");
const scheme = signal(dark.matches ? "dark" : "light");
dark.addEventListener("change", () => (scheme.value = dark.matches ? "dark" : "light"));

export const brandName = () => brand.value.name[language.value];
export const brandLogo = () => brand.value.logo;
/**
 * {phone, email}: how a person is reached from a jurisdiction, a phone only where there is one of its own. Of somebody
 * whose jurisdiction is not known, the languages of the browser may name one.
 */
export function brandHelp(jurisdiction) {
  const { help = {} } = brand.value;
  const likely = jurisdiction ? [jurisdiction] : navigator.languages.map((one) => one.split("-").at(-1));
  return help[likely.find((one) => one in help) ?? "everywhere"] ?? {};
}

/** Without an answer it looks as the style sheet says. */
export async function wear() {
  try {
    brand.value = await (await fetch("/brand.json")).json();
  } catch {
    addEventListener("online", wear, { once: true });
  }
}

effect(() => {
  document.documentElement.dataset.theme = scheme.value;
  for (const [name, colour] of Object.entries(brand.value.colours[scheme.value] ?? {}))
    document.documentElement.style.setProperty(`--${name}`, colour);
});
