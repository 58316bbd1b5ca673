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
  "/today": screen("today", "sales"),
  "/payments/:id": screen("payment", "sales"),
  "/payments/:id/refund": screen("refund", "sales"),
  "/refunds/:id": screen("refunded", "sales"),
  "/queue": screen("queue", "sales"),
  "/more": screen("more", "sales"),
  "/stores/:id": screen("store", "sales", "office"),
  "/office/payments": screen("payments", "sales", "office"),
  "/office/disputes": screen("disputes", "sales", "office", "merchant-disputes"),
  "/office/deposits": screen("deposits", "sales", "office"),
  "/office/settlements": screen("settlements", "sales", "office"),
  "/office/settlements/:id": screen("settlement", "sales", "office"),
  "/office/payouts": screen("payouts", "sales", "office"),
  "/office/statements": screen("statements", "sales", "office"),
  "/office/staff": screen("staff", "sales", "office"),
  "/office/stores": screen("stores", "sales", "office"),
  "/office/tills": screen("tills", "sales", "office"),
  "/office/keys": screen("keys", "sales", "office"),
  "/office/webhooks": screen("webhooks", "sales", "office", "hooks"),
  "/office/webhooks/:id": screen("deliveries", "sales", "office", "hooks"),
};

/** Nobody takes money before they sign in, and comes back to where they wanted to go. */
export function allowed(path) {
  const open = path === "/sign-in" || path.startsWith("/sign-in?");
  if (signedIn.value) return open ? (new URLSearchParams(path.split("?")[1]).get("then") ?? "/") : path;
  return open ? path : `/sign-in?then=${encodeURIComponent(path)}`;
}
