/**
 * The tour at `/`: a phone and the ledger side by side, and seven ways to lose money to try on them.
 *
 * It speaks the public API under `/v1` as any client would, and four addresses of the local front door that do not
 * exist in the cloud. Amounts are minor units, times RFC 3339 UTC.
 *
 *   POST /_local/tour  {"language": "en" | "zh"}  → 201, a fresh visitor, signed up through the API:
 *     {"customer": {"display_name", "identifier", "wallet_id", "currency",
 *                   "access_token", "refresh_token", "expires_in" (seconds)},
 *      "merchant": {"id", "name", "api_key" (may open checkouts)}}
 *   GET /_local/outbox?to=<identifier>  → newest first:
 *     {"data": [{"to", "channel": "email" | "text", "subject", "body", "at"}]}
 *   GET /_local/books  → every posting ever made, per currency; system addresses without `sys:` and the currency:
 *     {"CNY": {"sum": 0, "customers": n, "merchants": n,
 *              "system": {"clearing:sandbox": n, "settling": n, "fees": n}},
 *      "entries": n, "balanced": true}
 *   GET /_local/webhooks/last?topup_id=top_…  → the last webhook that the sandbox bank sent about it:
 *     {"headers": {"webhook-id", "webhook-timestamp", "webhook-signature", "content-type"}, "body": "<the raw text>"}
 *
 * On any request, `X-Local-Drop-Answer: 1` makes the front door carry it to the API and then close the connection
 * without an answer. Files are served as they lie here (`/tour.css`, `/tour/feed.js` …), packages from
 * `node_modules` at `/packages/<name>/…`; `.mjs` is `text/javascript`.
 */
import { learn, language, say } from "/shared/language.js";
import { watch } from "./tour/feed.js";
import { Page } from "./tour/page.js";
import { effect, html, render } from "/shared/ui.js";

await learn("tour");
effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  document.title = say("page.title");
  render(html`<${Page} />`, document.getElementById("tour"));
});
await watch();
