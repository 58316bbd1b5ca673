/** Stopping all payments of one's own wallets, and letting them go on. */
import { say } from "/shared/language.js";
import { announce, job } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const BY_OWNER = "by-owner";

export const isFrozen = (mine) => (mine.value.data?.data ?? []).some((one) => one.status === "frozen");
/** Whether it is only their own freeze, which they can take back themselves. */
export const isMine = (mine) => mine.value.data.data.every((one) => one.status !== "frozen" || one.reason_code === BY_OWNER);

/** Before it: what letting go will take, for whoever has nothing to prove themselves with. */
export const Unready = ({ person }) =>
  person.value.data?.ways.length === 0 && html`<p class="note">${say("freeze.unready")} <a href="#/security/pin">${say("step.pin.go")}</a></p>`;

export function freezing() {
  const change = (method, sentence) =>
    job(async () => {
      await call(method, "/v1/me/freeze");
      await lookAgain("/v1/wallets");
      announce(say(sentence));
    });
  return { stop: change("POST", "freeze.done"), go_on: change("DELETE", "freeze.undone") };
}
