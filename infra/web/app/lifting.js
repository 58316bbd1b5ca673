/** What would lift a limit: which documents, and how much more that is. */
import { say, shownMoney } from "/shared/language.js";
import { Icon } from "/shared/parts.js";
import { html } from "/shared/ui.js";

/** "an ID document and a proof of address". */
export const named = (needs) => needs.map((need) => say(`lift.of.${need}`)).join(say("lift.and"));

/** A link to where it is handed in; nothing of a refusal that nothing would lift. */
export function Lifts({ of: { code, lifts, limit, currency } }) {
  if (code !== "limit-reached" || !lifts) return null;
  const [needs, more] = [named(lifts.needs), lifts.more[limit]];
  const what = needs ? say("lift.add", { needs }) : say("lift.see");
  return html`
    <a class="card lift" href="#/me/verification">
      <${Icon} name="shield" />
      <span class="row-words"><strong>${what}</strong><small>${more ? say(`lift.more.${limit}`, { amount: shownMoney(more, currency) }) : say("lift.feature")}</small></span>
      <${Icon} name="on" />
    </a>`;
}
