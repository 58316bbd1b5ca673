/** Back to the shop where somebody came from, by the address that the API has signed. */
import { hostOf } from "/app/money.js";
import { say } from "/shared/language.js";
import { html } from "/shared/ui.js";

/** Where the API tells it; null where there is no way back. */
export const wayBack = (about) => (about?.checkout?.return_url ? `/v1/checkouts/${about.checkout.id}/return` : null);

/** `back`: what is at `wayBack`. If it cannot be asked, the shop is found all the same, and asks how it went itself. */
export function Back({ checkout, back }) {
  const host = hostOf(checkout?.return_url);
  if (!host) return null;
  const { data, problem } = back?.value ?? {};
  const to = data?.return_to ?? (problem && checkout.return_url);
  return to && html`<p><a class="button main" rel="noreferrer" href=${to}>${say("result.return", { name: checkout.merchant_name, host })}</a></p>`;
}
