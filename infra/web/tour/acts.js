/** The seven acts, and running one of them. Their sentences are `<name>.title`, `.stake`, `.happened` in `text.json`. */
import { Refused } from "/shared/door.js";
import { moved, wallet } from "./feed.js";
import { drain, drop, pay, taps } from "./storms.js";
import { Trip } from "./trip.js";
import { signal } from "/shared/ui.js";
import { forge, replay, topup } from "./webhooks.js";

/** name → what it does, and how many requests its picture begins with. */
const ACTS = {
  topup: [topup, 1],
  pay: [pay, 1],
  taps: [taps, 50],
  drop: [drop, 2],
  replay: [replay, 1],
  forge: [forge, 2],
  drain: [drain, 20],
};

export const NAMES = Object.keys(ACTS);
export const running = signal(null);
/** name → {tone: "good" | "refused" | "bad", told, params, proof}, of those that were played. */
export const outcomes = signal({});
/** What the phone says last: {state, amount, order}. */
export const screen = signal({ state: "idle" });

export async function play(name) {
  if (running.value || !wallet.value) return;
  const [act, requests] = ACTS[name];
  running.value = name;
  moved();
  const outcome = await act(new Trip(name, requests)).catch(failed);
  outcomes.value = { ...outcomes.value, [name]: outcome };
  screen.value = outcome.screen ?? screen.value;
  running.value = null;
  moved();
}

function failed(problem) {
  if (problem instanceof Refused) {
    const params = { title: problem.message, code: problem.answer.body?.code ?? "", status: problem.answer.status };
    return { tone: "refused", told: "act.refused", params, proof: [problem.answer.text], screen: { state: "refused" } };
  }
  return { tone: "bad", told: "act.failed", params: { message: problem.message }, proof: [] };
}
