/** Who takes the tour: a customer of their own, kept as long as the tab, and the merchant they buy from. */
import { good, insist } from "/shared/door.js";
import { language } from "/shared/language.js";
import { signal } from "/shared/ui.js";

const STORED = "coffer.tour.visitor";
const MARGIN_MS = 60_000;

export const visitor = signal(null);
let refreshing = null;

/** The visitor of this tab, or a fresh one where there is none or theirs has signed out. */
export async function arrive() {
  keep(JSON.parse(sessionStorage.getItem(STORED)) ?? (await fresh()));
  await token();
}

/** The customer's access token, good for another minute at least. */
export async function token() {
  if (visitor.value.until - MARGIN_MS < Date.now()) {
    refreshing ??= refresh().finally(() => (refreshing = null));
    await refreshing;
  }
  return visitor.value.customer.access_token;
}

export async function startAnew() {
  keep(await fresh());
}

async function fresh() {
  const guest = good(await insist("POST", "/_local/tour", { body: { language: language.value } }));
  return { ...guest, until: Date.now() + guest.customer.expires_in * 1000 };
}

async function refresh() {
  const { customer } = visitor.value;
  const answer = await insist("POST", "/v1/sessions/refresh", { body: { refresh_token: customer.refresh_token } });
  if (answer.status >= 400) return startAnew();
  const { access_token, refresh_token, expires_in } = answer.body;
  return keep({
    ...visitor.value,
    customer: { ...customer, access_token, refresh_token },
    until: Date.now() + expires_in * 1000,
  });
}

function keep(guest) {
  sessionStorage.setItem(STORED, JSON.stringify(guest));
  visitor.value = guest;
}
