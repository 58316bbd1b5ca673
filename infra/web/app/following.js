/** What money on its way through a bank has in common, in or out: looked at until the bank has said the last word. */
import { Icon, Heading } from "/shared/parts.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { effect, html, untracked } from "/shared/ui.js";

export const UNFINISHED = ["pending", "unknown"];
const MARKS = { succeeded: ["good", "check"], failed: ["bad", "cross"], pending: ["open", "clock"], unknown: ["open", "clock"] };

/** {movement: a resource, stop}: the wallets are looked at again whenever it has changed. */
export function follow(path, milliseconds) {
  const movement = see(path);
  const stopLooking = watch(() => UNFINISHED.includes(movement.peek().data?.status ?? "pending") && see(path), milliseconds);
  let before = movement.peek().data?.status;
  const stopTelling = effect(() => {
    const { data } = movement.value;
    if (!data || data.status === before) return;
    before = data.status;
    untracked(() => lookAgain("/v1/wallets"));
  });
  return { movement, stop: () => (stopLooking(), stopTelling()) };
}

export const Mark = ({ status, children }) => html`
  <div class=${`result ${MARKS[status][0]}`} role="status">
    <p class="mark" aria-hidden="true"><${Icon} name=${MARKS[status][1]} /></p>
    <${Heading}>${children}<//>
  </div>
`;
