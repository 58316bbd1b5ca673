/** Reports: one's own questions. */
import { say } from "/shared/language.js";
import { Heading } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const view = () => html`
    <${Heading}>${say("console.reports.reports")}<//>
    <p>${say("console.reports.what")}</p>
    <p class="deeds"><a class="button" href="#/reports/ask">${say("console.reports.ask")}</a></p>`;
  return { title: () => say("console.reports.reports"), view };
}
