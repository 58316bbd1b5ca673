/** Sales that were noted while no code could be charged: nothing is taken by a note, and nothing is sent. */
import { newKey } from "/shared/door.js";
import { onStored, store, stored } from "/shared/stored.js";
import { signal } from "/shared/ui.js";

const NOTED = "till.noted";

/** [{id, amount, currency, reference, at}], oldest first. */
export const noted = signal(stored(NOTED) ?? []);
onStored(NOTED, (found) => (noted.value = found ?? []));

export const note = ({ amount, currency, reference }) => keep([...noted.peek(), { id: newKey(), amount, currency, reference, at: Date.now() }]);
export const unnote = (id) => keep(noted.peek().filter((one) => one.id !== id));

function keep(next) {
  store(NOTED, next);
  noted.value = next;
}
