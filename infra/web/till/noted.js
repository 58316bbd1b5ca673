/** Sales that were noted while no code could be charged: nothing is taken by a note, and nothing is sent. */
import { newKey } from "/shared/door.js";
import { userId } from "/shared/session.js";
import { onStored, store, stored } from "/shared/stored.js";
import { computed, signal } from "/shared/ui.js";

const NOTED = "till.noted";

/** Of every merchant that this browser has been a till of. */
const all = signal(stored(NOTED) ?? []);
onStored(NOTED, (found) => (all.value = found ?? []));

/** [{id, user, amount, currency, reference, at}] of the merchant whose till it is now, oldest first. */
export const noted = computed(() => all.value.filter(({ user }) => user === userId.value));

export const note = ({ amount, currency, reference }) =>
  keep((before) => [...before, { id: newKey(), user: userId.peek(), amount, currency, reference, at: Date.now() }]);
export const unnote = (id) => keep((before) => before.filter((one) => one.id !== id));

/** Of what is stored, which another tab may have changed since. */
function keep(how) {
  const next = how(stored(NOTED) ?? []);
  store(NOTED, next);
  all.value = next;
}
