/** How Coffer is, as it says itself: asked for at the start and every minute while the page is in front. */
import { maintenance, NoAnswer, send } from "/shared/door.js";
import { language } from "/shared/language.js";
import { watch } from "/shared/seen.js";
import { computed, effect, signal, untracked } from "/shared/ui.js";

const EVERY_MS = 60_000;
const told = signal([]);

/** [{id, kind, title, body, starts_at, ends_at}]: what an answer of 503 said comes before what is announced. */
export const banners = computed(() => [maintenance.value && ofAnswer(maintenance.value), ...told.value].filter(Boolean));

export function watchStatus() {
  effect(() => void (language.value && untracked(ask)));
  watch(ask, EVERY_MS);
}

async function ask() {
  try {
    const { status, body } = await send("GET", "/v1/status");
    if (status === 200) told.value = body.banners;
  } catch (problem) {
    if (!(problem instanceof NoAnswer)) throw problem;
  }
}

const ofAnswer = ({ title, detail, until }) => ({ id: "answer", kind: "maintenance", title, body: detail, starts_at: "", ends_at: until ?? "" });
