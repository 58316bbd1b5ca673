/** Which task a person is at: begun by the screen they open, completed by what the API has done. */
import { mine, settled } from "/shared/intents.js";
import { shown } from "/shared/router.js";
import { signedIn } from "/shared/session.js";
import { abandon, answer, begin, complete } from "/shared/tasks.js";
import { effect, untracked } from "/shared/ui.js";

const BEGINS = [
  [/^\/sign-up/, "sign-up"],
  [/^\/sign-in/, "sign-in"],
  [/^\/recover/, "reset"],
  [/^\/pay/, "pay"],
  [/^\/topup$/, "top-up"],
  [/^\/approvals\/./, "approve"],
  [/^\/me\/mode$/, "mode"],
];
/** Screens on the way: a task goes on there. */
const ON_THE_WAY = /^\/(results|topups|security)\//;
const OF_INTENTS = { "/v1/payments": "pay", "/v1/topups": "top-up" };
const TO_GET_IN = ["sign-up", "sign-in", "reset"];

export function watchTasks() {
  effect(() => {
    const path = shown.value?.path;
    if (path) untracked(() => at(path));
  });
  effect(() => {
    const { path, status } = settled.value ?? {};
    if (status < 400 && path in OF_INTENTS) untracked(() => complete(OF_INTENTS[path], true));
  });
  effect(() => {
    if (signedIn.value) untracked(() => TO_GET_IN.forEach((task) => complete(task, task === "reset")));
  });
  addEventListener("pagehide", leave);
}

function at(path) {
  const [, task] = BEGINS.find(([pattern]) => pattern.test(path)) ?? [];
  if (task) begin(task);
  else if (!ON_THE_WAY.test(path)) looking();
}

/** Whoever goes on while the money is under way has not given up. */
const looking = () => mine().length === 0 && abandon();

function leave() {
  answer();
  looking();
}
