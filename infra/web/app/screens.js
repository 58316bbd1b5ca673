/** Every screen of the wallet: its address, its module, the catalogues it speaks from; and who may see it. */
import { mode } from "/app/me.js";
import { signedIn } from "/shared/session.js";

const screen = (name, ...text) => ({ load: () => import(`/app/screens/${name}.js`), text });

/** What comes first is a matter of the mode. */
const HOMES = {
  standard: () => import("/app/screens/home.js"),
  easy: () => import("/app/screens/easy-home.js"),
  social: () => import("/app/screens/social-home.js"),
};

export const SCREENS = {
  "/": { load: () => HOMES[mode.value](), text: [] },
  "/pay": screen("pay", "money", "rewards", "family-cards", "credit", "api/categories"),
  "/code": screen("code", "money"),
  "/pay/:id": screen("checkout", "money", "cards", "rewards", "family-cards", "credit", "api/categories"),
  "/results/:id": screen("result", "money", "cards"),
  "/topup": screen("topup", "money", "rewards"),
  "/topups/:id": screen("topup-status", "money"),
  "/withdraw": screen("withdraw", "money", "withdrawing"),
  "/withdraw/ways": screen("withdrawal-ways", "withdrawing"),
  "/withdrawals/:id": screen("withdrawal", "money", "withdrawing", "statements"),
  "/send": screen("send", "money", "transfers", "api/transfers"),
  "/transfers/:id": screen("transfer", "money", "transfers", "statements", "api/transfers"),
  "/bills": screen("bills", "bills"),
  "/bills/new": screen("bill-new", "money", "bills"),
  "/bills/:id": screen("bill", "money", "bills"),
  "/packets": screen("packets", "money", "transfers", "withdrawing"),
  "/packets/:id": screen("packet", "money", "transfers"),
  "/cards": screen("cards", "cards"),
  "/cards/:id": screen("card", "money", "cards"),
  "/gift-cards": screen("gifts", "gifts"),
  "/gift-cards/new": screen("gift-new", "money", "gifts"),
  "/gift-cards/claim": screen("gift-claim", "money", "gifts"),
  "/gift-cards/:id": screen("gift", "money", "gifts"),
  "/family-cards": screen("family-cards", "family-cards"),
  "/family-cards/new": screen("family-card-new", "money", "family-cards", "api/categories"),
  "/family-cards/:id": screen("family-card", "money", "statements", "family-cards", "api/categories"),
  "/coupons": screen("coupons", "money", "rewards", "api/categories"),
  "/points": screen("points", "money", "rewards"),
  "/points/:id": screen("points-history", "money", "rewards"),
  "/bonuses": screen("bonuses", "money", "rewards"),
  "/credit": screen("credit", "credit"),
  "/credit/loan": screen("credit-loan", "money", "credit"),
  "/credit/plans": screen("credit-plans", "credit"),
  "/credit/plans/:id": screen("credit-plan", "money", "credit"),
  "/shops/:id/cards": screen("shop-cards", "money", "cards"),
  "/activity": screen("activity", "money", "statements"),
  "/payments/:id": screen("receipt", "money", "statements", "disputes"),
  "/payments/:id/dispute": screen("dispute-new", "money", "statements", "disputes"),
  "/disputes": screen("disputes", "disputes"),
  "/disputes/:id": screen("dispute", "money", "statements", "disputes"),
  "/entries/:id": screen("entry", "money", "statements"),
  "/welcome": screen("welcome"),
  "/sign-in": screen("sign-in", "entering"),
  "/sign-up": screen("sign-up", "entering"),
  "/sign-up/code": screen("sign-up-code", "entering"),
  "/recover": screen("recover", "entering"),
  "/recover/code": screen("recover-code", "entering", "api/education"),
  "/restore": screen("restore", "entering"),
  "/security": screen("security", "security", "entering"),
  "/security/devices": screen("devices", "security", "entering"),
  "/security/authenticator": screen("authenticator", "security", "entering"),
  "/security/recovery-codes": screen("recovery-codes", "security", "entering"),
  "/security/passkeys": screen("passkeys", "security", "entering"),
  "/security/pin": screen("payment-pin", "security", "entering"),
  "/security/freeze": screen("freeze", "security", "entering"),
  "/security/phrase": screen("phrase", "security", "entering"),
  "/security/education": screen("education", "security", "entering", "api/education"),
  "/security/contacts": screen("contacts", "security", "entering"),
  "/security/trash": screen("trash", "security", "entering"),
  "/security/export": screen("export", "security", "entering"),
  "/security/consents": screen("consents", "security", "entering"),
  "/security/work": screen("work", "security", "entering"),
  "/security/delete": screen("delete-account", "security", "entering"),
  "/me": screen("me", "me"),
  "/me/profile": screen("me-profile", "me"),
  "/me/mode": screen("me-mode", "me"),
  "/me/verification": screen("verification", "verification", "money"),
  "/me/verification/:kind": screen("verification-document", "verification"),
  "/me/notices": screen("me-notices", "me"),
  "/help": screen("help", "me"),
  "/inbox": screen("inbox", "inbox"),
  "/inbox/:id": screen("notice", "inbox"),
  "/family": screen("family", "people"),
  "/approvals": screen("approvals", "people"),
  "/approvals/:id": screen("approval", "people"),
};

const OPEN = ["/welcome", "/sign-in", "/sign-up", "/recover", "/restore"];
const ALWAYS = ["/help"];

/** Nobody sees a wallet before they sign in, and comes back to where they wanted to go. */
export function allowed(path) {
  if (ALWAYS.includes(path)) return path;
  const open = OPEN.some((one) => path === one || path.startsWith(`${one}?`) || path.startsWith(`${one}/`));
  if (signedIn.value) return open ? (new URLSearchParams(path.split("?")[1]).get("then") ?? "/") : path;
  if (open) return path;
  return path === "/" ? "/welcome" : `/sign-in?then=${encodeURIComponent(path)}`;
}
