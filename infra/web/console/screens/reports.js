/** Reports: one's own questions. */
import { say } from "/shared/language.js";
import { Heading } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const view = () => html`
    <${Heading}>${say("reports.reports")}<//>
    <p>${say("reports.what")}</p>
    <p class="deeds"><a class="button" href="#/reports/ask">${say("reports.ask")}</a></p>`;
  return { title: () => say("reports.reports"), view };
}
