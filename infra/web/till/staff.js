/** Who stands at this till, of which merchant, and what they may do: what they may not is not offered. */
import { CURRENCIES } from "/shared/language.js";
import { call, leave, session } from "/shared/session.js";
import { store, stored } from "/shared/stored.js";
import { computed, signal } from "/shared/ui.js";

const CURRENCY = "till.currency";
const chosen = signal(stored(CURRENCY));

/** {name, merchant_id, merchant_name, store_id, store_name, store_ids, role, scopes, expires_at, currencies}, or null of nobody. */
export const staff = computed(() => session.value?.about ?? null);
export const may = (scope) => staff.value?.scopes.includes(scope) ?? false;
/** Whoever works at some stores keeps those, and opens none. */
export const keeps = (id) => !staff.value?.store_ids?.length || staff.value.store_ids.includes(id);
/** What a sale says of where it was made. */
export const here = () => (staff.peek()?.store_id ? { store_id: staff.peek().store_id } : {});
/** Whoever comes next reads who it was, and where. */
export const standsHere = () => ({ name: staff.peek()?.name ?? "", store: staff.peek()?.store_name ?? "", store_id: staff.peek()?.store_id ?? "" });
export const mine = (path = "") => `/v1/merchants/${staff.peek().merchant_id}${path}`;

export const currencies = () => (staff.value?.currencies ?? []).filter((one) => one in CURRENCIES);
/** What this till charges in. */
export const currency = computed(() => (currencies().includes(chosen.value) ? chosen.value : currencies()[0]));
export function chargeIn(one) {
  store(CURRENCY, one);
  chosen.value = one;
}

/** The shift is over: here at once, and there if the API can be reached. */
export async function endShift() {
  await call("DELETE", "/v1/staff-sessions/current", { patient: false }).catch(() => {});
  leave();
}
