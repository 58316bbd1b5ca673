/** One question after a task, easily waved away. */
import { say } from "/shared/language.js";
import { announce } from "/shared/parts.js";
import { answer, question } from "/shared/tasks.js";
import { html } from "/shared/ui.js";

const SCORES = [1, 2, 3, 4, 5];

export function Feedback() {
  if (!question.value) return null;
  return html`
    <section class="card feedback" aria-labelledby="feedback-question">
      <p id="feedback-question"><strong>${say("feedback.question")}</strong></p>
      <div class="scores" role="group" aria-labelledby="feedback-question">
        ${SCORES.map((score) => html`<button type="button" key=${score} class="secondary" aria-label=${say(`feedback.${score}`)} onClick=${() => give(score)}>${score}</button>`)}
      </div>
      <p class="beside"><small>${say("feedback.1")}</small><small>${say("feedback.5")}</small></p>
      <button type="button" class="plain" onClick=${() => answer()}>${say("feedback.not-now")}</button>
    </section>
  `;
}

function give(score) {
  answer(score);
  announce(say("feedback.thanks"));
}
