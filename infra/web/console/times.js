/** The times of an incident as a small picture: how long after its beginning each step came. */
import { Moment } from "/console/show.js";
import { say, shownSpan } from "/shared/language.js";
import { html } from "/shared/ui.js";

const STEPS = ["detected", "acknowledged", "told", "resolved"];
const [LEFT, RIGHT] = [2, 98];

export function Times({ incident: { times, state } }) {
  const over = state === "resolved";
  const until = over ? times.resolved_seconds : (Date.now() - new Date(times.began_at)) / 1000;
  const came = STEPS.filter((step) => times[`${step}_at`]);
  const at = placed(Math.max(until, ...came.map((step) => times[`${step}_seconds`]), 1));
  const end = over ? RIGHT : at(until);
  return html`
    <section class="times" aria-label=${say("console.times")}>
      <h2>${say("console.times")}</h2>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <line class=${over ? "over" : "open"} x1=${LEFT} x2=${end} y1="3" y2="3" />
        ${[0, ...came.map((step) => times[`${step}_seconds`])].map((seconds, place) => html`<line class="mark" x1=${at(seconds)} x2=${at(seconds)} y1="0.5" y2="5.5" key=${place} />`)}
      </svg>
      <ol>
        <li><span>${say("console.began_at")}</span><${Moment} at=${times.began_at} /></li>
        ${STEPS.map((step) => html`
          <li key=${step}><span>${say(`console.time.${step}`)}</span>${times[`${step}_at`] ? html`<strong>${say("console.time-after", { time: shownSpan(times[`${step}_seconds`], Math.round) })}</strong><${Moment} at=${times[`${step}_at`]} />` : html`<span>${say(over ? "console.time-never" : "console.time-not-yet")}</span>`}</li>`)}
      </ol>
    </section>
  `;
}

/** By the root of the time: seconds at the beginning and hours at the end both show. */
const placed = (whole) => (seconds) => LEFT + (RIGHT - LEFT) * Math.sqrt(Math.max(seconds, 0) / whole);
