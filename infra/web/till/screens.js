/** Every screen of the till: its address, its module, the catalogues it speaks from; and who may see it. */
import { signedIn } from "/shared/session.js";

const screen = (name, ...text) => ({ load: () => import(`/till/screens/${name}.js`), text });

export const SCREENS = {
  "/": screen("amount"),
  "/sign-in": screen("sign-in"),
  "/scan": screen("scan"),
  "/charges/:id": screen("charge"),
  "/qr": screen("qr"),
  "/checkouts/:id": screen("checkout"),
};

/** Nobody takes money before they sign in, and comes back to where they wanted to go. */
export function allowed(path) {
  const open = path === "/sign-in" || path.startsWith("/sign-in?");
  if (signedIn.value) return open ? (new URLSearchParams(path.split("?")[1]).get("then") ?? "/") : path;
  return open ? path : `/sign-in?then=${encodeURIComponent(path)}`;
}
