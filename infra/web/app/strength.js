/** How hard a password is to guess, said while it is typed. Nothing of it is kept. */
import { send } from "/shared/door.js";
import { say } from "/shared/language.js";
import { html, signal } from "/shared/ui.js";

const PAUSE_MS = 350;
const SCORES = [0, 1, 2, 3];

/** `hints()`: what others may know of its owner. */
export function strength(hints = () => []) {
  const found = signal(null);
  let timer = 0;
  let newest = 0;
  const look = async (password, mine) => {
    const known = hints().filter(Boolean);
    const body = { password, ...(known.length > 0 && { hints: known }) };
    const answer = await send("POST", "/v1/password-strength", { body }).catch(() => null);
    if (mine === newest && answer?.status === 200) found.value = answer.body;
  };
  const typed = (event) => {
    const mine = ++newest;
    const password = event.target.value;
    clearTimeout(timer);
    if (password) timer = setTimeout(look, PAUSE_MS, password, mine);
    else found.value = null;
  };
  return { found, typed };
}

export function Strength({ of: found }) {
  const { score, warning, advice } = found.value ?? {};
  return html`
    <div class="strength" data-score=${score} aria-live="polite">
      <span class="bars" aria-hidden="true">${SCORES.map((one) => html`<i data-on=${score > one} />`)}</span>
      <small>${score === undefined ? say("strength.hint") : [say(`strength.${score}`), warning, advice[0]].filter(Boolean).join(" ")}</small>
    </div>
  `;
}
