/** Lists that are the same on several screens: places to go, and sales. */
import { isAnothers } from "/shared/intents.js";
import { say, sayOr, shownMoment } from "/shared/language.js";
import { Icon, Money } from "/shared/parts.js";
import { html } from "/shared/ui.js";
import { staff } from "/till/staff.js";

export const Row = ({ path, icon, title, about }) => html`
  <li>
    <a href=${`#${path}`}>
      ${icon && html`<${Icon} name=${icon} />`}
      <span class="row-words"><strong>${title}</strong>${about && html`<small>${about}</small>`}</span>
      <${Icon} name="on" />
    </a>
  </li>
`;

/** Where and by whom, as far as it is known; the store where a till stands need not be told there. */
export const placed = ({ store_id, store_name, staff_name }) => [store_id === staff.value?.store_id ? "" : store_name, staff_name].filter(Boolean).join(" · ");

/** `when(at)`: how its time is told. */
export const Sale = ({ of: sale, when = shownMoment }) => html`
  <li>
    <a href=${sale.order_reference ? `#/payments/${sale.payment_id}` : `#/office/settlements/${sale.settlement_id}`}>
      <span class="row-words">
        <strong>${sale.order_reference || say(`sale.${sale.kind}`)}</strong>
        <small>${[sale.order_reference && sayOr(`sale.${sale.kind}`, sale.kind), when(sale.created_at), sale.reason].filter(Boolean).join(" · ")}</small>
        ${placed(sale) && html`<small>${placed(sale)}</small>`}
      </span>
      <span class="row-end"><${Money} amount=${sale.amount} currency=${sale.currency} signed=${sale.kind === "refund"} /></span>
    </a>
  </li>
`;

/** `Bo · By the river`; "" of what nobody is known to have begun. */
export const whose = ({ by }) => [by?.name, by?.store].filter(Boolean).join(" · ");

/** What is meant and not known to have ended: what it is, whose if another's, and the screen that tells of it. */
export const Meant = ({ of: one, of: { id, about }, children }) => html`
  <li>
    <a href=${`#/${about.what === "refund" ? "refunds" : "charges"}/${about.of ?? id}`}>
      <span class="row-words"><strong>${say(`meant.${about.what}`)} · ${about.reference}</strong><small>${[shownMoment(about.at), isAnothers(one) && whose(about)].filter(Boolean).join(" · ")}</small></span>
      <${Money} amount=${about.amount} currency=${about.currency} />
    </a>
    ${children}
  </li>
`;
