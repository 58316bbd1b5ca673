/** Payments of my wards, and with family cards of mine: those that wait for my yes or no, then those that do not any more. */
import { approvals, askerOf, payeeOf, waiting, wards } from "/app/family.js";
import { say } from "/shared/language.js";
import { Empty, Heading, Money, Shown, Up, When } from "/shared/parts.js";
import { watch } from "/shared/seen.js";
import { html } from "/shared/ui.js";

const EVERY_MS = 15_000;

export function open() {
  const [mine, known] = [approvals(), wards()];
  const close = watch(approvals, EVERY_MS);
  return { title: () => say("approvals.title"), view: () => html`<${Approvals} mine=${mine} known=${known} />`, close };
}

const Approvals = ({ mine, known }) => html`
  <${Up} path="/family">${say("approvals.back")}<//>
  <${Heading}>${say("approvals.title")}<//>
  <${Shown} of=${mine} lines=${4}>${({ data }) => {
    const open = waiting(mine);
    const over = data.filter((one) => !open.includes(one));
    return html`
      ${open.length === 0 ? html`<${Empty}>${say("approvals.empty")}<//>` : html`<${List} found=${open} known=${known} />`}
      ${over.length > 0 && html`<h2>${say("approvals.before")}</h2><${List} found=${over} known=${known} />`}
    `;
  }}<//>
`;

const List = ({ found, known }) => html`
  <ul class="rows card">
    ${found.map((one) => html`
      <li key=${one.id}>
        <a href=${`#/approvals/${one.id}`}>
          <span class="row-words"><span>${payeeOf(one)}</span><small>${askerOf(known, one)} · <${When} at=${one.created_at} /></small></span>
          <span class="row-end"><strong><${Money} amount=${one.amount} currency=${one.currency} /></strong><small>${say(`approval.${one.status}`)}</small></span>
        </a>
      </li>`)}
  </ul>
`;
