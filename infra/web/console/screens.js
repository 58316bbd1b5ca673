/** Every screen of the console: its address and its module; and who may see it. */
import { signedIn } from "/shared/session.js";

const screen = (name, ...text) => ({ load: () => import(`/console/screens/${name}.js`), text });

export const SCREENS = {
  "/": screen("overview", "live", "kinds"),
  "/sign-in": screen("sign-in"),
  "/reports": screen("reports", "reports", "kinds", "api/categories"),
  "/reports/ask": screen("report", "reports", "kinds", "api/categories"),
  "/reports/ready/:name": screen("report-ready", "reports", "kinds", "api/categories"),
  "/reports/saved/:id": screen("report-saved", "reports", "kinds", "api/categories"),
  "/reports/imports": screen("imports", "reports", "imports", "books", "backups"),
  "/reports/imports/:id": screen("imported-file", "reports", "imports", "backups"),
  "/reports/answers/:id/:place": screen("report-entries", "reports", "kinds", "api/categories"),
  "/people/:id": screen("person", "verify", "lending"),
  "/people/:id/documents": screen("documents", "verify"),
  "/verification": screen("verification", "verify"),
  "/screenings/:id": screen("screening", "verify"),
  "/accounts/:id": screen("account", "cases", "kinds"),
  "/movements/:id": screen("movement", "kinds"),
  "/checkouts/:id": screen("checkout", "checkouts"),
  "/merchants": screen("merchants", "shops", "api/categories"),
  "/merchants/:id": screen("merchant", "payouts", "webhooks", "plans", "shops", "api/categories"),
  "/payouts/:id": screen("payout", "payouts"),
  "/cases": screen("cases", "cases"),
  "/cases/:id": screen("case", "cases", "verify"),
  "/disputes": screen("disputes", "console-disputes"),
  "/risk": screen("risk", "console-risk"),
  "/reconciliations": screen("reconciliations", "books"),
  "/reconciliations/:day": screen("reconciliation", "books"),
  "/adjustments": screen("adjustments", "books"),
  "/coupons": screen("coupons", "templates", "pages", "api/categories"),
  "/coupons/:id": screen("coupon", "templates", "pages", "api/categories"),
  "/points": screen("programmes", "promised", "templates", "pages", "shops", "api/categories"),
  "/points/:id": screen("programme", "promised", "templates", "pages", "shops", "api/categories"),
  "/topup-bonuses": screen("topup-bonuses", "promised", "templates", "pages"),
  "/topup-bonuses/:id": screen("topup-bonus", "promised", "templates", "pages"),
  "/processors": screen("processors", "payouts"),
  "/reviews": screen("reviews", "reviews", "backups"),
  "/reviews/:id": screen("review", "reviews", "backups", "cases"),
  "/backups": screen("backups", "backups", "books"),
  "/policies": screen("policies", "policies"),
  "/policies/:id": screen("policy", "policies"),
  "/audit": screen("audit", "audit", "cases"),
  "/operators": screen("operators"),
  "/status": screen("status", "maintenance", "pages", "probes"),
  "/incidents": screen("incidents", "pages"),
  "/incidents/:id": screen("incident", "pages", "affected", "templates"),
  "/on-call": screen("on-call", "pages"),
  "/tasks": screen("tasks"),
  "/pages/:id/:code": screen("page", "pages"),
};

/** Nobody sees anything before they sign in but what a link lets them answer, and comes back to where they wanted to go. */
export function allowed(path) {
  if (path.startsWith("/pages/")) return path;
  const open = path === "/sign-in" || path.startsWith("/sign-in?");
  if (signedIn.value) return open ? (new URLSearchParams(path.split("?")[1]).get("then") ?? "/") : path;
  return open ? path : `/sign-in?then=${encodeURIComponent(path)}`;
}
