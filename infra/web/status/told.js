/** What was told of an incident or of maintenance, as the page shows it; and asking for it, in the reader's language. */
import { good, send } from "/shared/door.js";
import { language, say, sayOr, shownClock, shownMoment, shownSpan } from "/shared/language.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export const get = async (path) => good(await send("GET", path));

/** {data, at, problem} of `path`, asked for again by `again()` and in every other language; `stop()` ends that. */
export function asked(path) {
  const found = signal({ data: null, at: 0, problem: null });
  const again = async () => {
    try {
      found.value = { data: await get(path), at: Date.now(), problem: null };
    } catch (problem) {
      found.value = { ...found.peek(), problem };
    }
  };
  const stop = effect(() => void (language.value && untracked(again)));
  return { found, again, stop };
}

/** How bad each word is: `good`, `warn`, `bad`, or nothing. */
const TONES = {
  operational: "good", degraded: "warn", outage: "bad", maintenance: "warn",
  resolved: "good", monitoring: "warn", identified: "warn", investigating: "bad",
  "under-way": "warn", over: "good",
};

export const Chip = ({ of: word }) => html`<span class=${`chip ${TONES[word] ?? ""}`}>${say(`board.is.${word}`)}</span>`;
export const tone = (word) => TONES[word] ?? "";

/** `Top-ups · sandbox`; of what is about everything, nothing. */
export const place = ({ capability, processor }) =>
  [capability && capability !== "everything" && say(`board.of.${capability}`), processor].filter(Boolean).join(" · ");

/** `3 Dec 2026, 02:00 – 04:00`; both days where they differ. */
export function shownPeriod(from, to) {
  const same = to && new Date(from).toDateString() === new Date(to).toDateString();
  return [shownMoment(from), to && (same ? shownClock(to) : shownMoment(to))].filter(Boolean).join(" – ");
}

/** The reason, what mended it, and how long what took. */
export const Reasons = ({ cause, remedy }) => html`
  ${cause && html`<h2>${say("board.cause")}</h2><p>${cause}</p>`}
  ${remedy && html`<h2>${say("board.remedy")}</h2><p>${remedy}</p>`}
`;

/** `15 minutes`; what was quicker than a second, in words. */
export const lasted = (seconds) => (seconds >= 1 ? shownSpan(seconds, Math.round) : say("board.at-once"));

const STEPS = ["detected", "acknowledged", "told", "resolved"];
export const Times = ({ of: times }) => html`
  <dl class="facts">
    <div><dt>${say("board.began")}</dt><dd>${shownMoment(times.began_at)}</dd></div>
    ${STEPS.filter((step) => times[`${step}_at`]).map((step) => html`<div key=${step}><dt>${say(`board.after.${step}`)}</dt><dd>${lasted(times[`${step}_seconds`])}</dd></div>`)}
  </dl>
`;

/** `beneath`: the title that stands above already. */
export const Updates = ({ of: updates, beneath }) => html`
  <ol class="updates" aria-label=${say("board.updates")}>
    ${updates.map((one) => html`
      <li key=${one.at}>
        <p class="meta"><${Chip} of=${one.state} /> <time datetime=${one.at}>${shownMoment(one.at)}</time></p>
        ${one.title && one.title !== beneath && html`<strong>${one.title}</strong>`}
        <p>${one.body || sayOr(`board.step.${one.state}`, "")}</p>
      </li>`)}
  </ol>
`;
