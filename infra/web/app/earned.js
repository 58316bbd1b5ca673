/** What a payment earned in points: told soon after it, and by itself. */
import { entriesPath, points } from "/app/owned.js";
import { shownPoints } from "/app/points.js";
import { say } from "/shared/language.js";
import { see, watch } from "/shared/seen.js";
import { computed, effect, html, signal, untracked } from "/shared/ui.js";

const [NEWEST, EVERY_MS, WITHIN_MS] = [20, 2500, 30_000];

/** `of()`: the payment's id, once it is known → {sums: a signal of [{name, points}], close}. Nobody waits for it. */
export function earning(of) {
  const mine = points();
  const seen = signal([]);
  const look = () => (seen.value = (mine.peek().data?.data ?? []).map(({ programme_id, name }) => ({ name, entries: see(entriesPath(programme_id, NEWEST)) })));
  const stopFirst = effect(() => of() && mine.value.data && untracked(look));
  const sums = computed(() => seen.value.map(({ name, entries }) => ({ name, points: sumOf(entries.value.data?.data ?? [], of()) })).filter((one) => one.points > 0));
  const stop = watch(() => of() && sums.peek().length === 0 && look(), EVERY_MS);
  const timer = setTimeout(stop, WITHIN_MS);
  return { sums, close: () => (clearTimeout(timer), stop(), stopFirst()) };
}

const sumOf = (entries, payment_id) => entries.filter((one) => one.payment_id === payment_id && ["earned", "reversed"].includes(one.kind)).reduce((sum, one) => sum + one.points, 0);

export const Earned = ({ of: { sums } }) => sums.value.map((one) => html`
  <p key=${one.name} class="good" role="status">${say("points.earned", { points: shownPoints(one.points), name: one.name })} <a href="#/points">${say("points.see")}</a></p>`);
