/** Templates of coupons, the newest first; and another one. */
import { make, stateOf, TEMPLATES, TemplateState, validityOf, valueOf } from "/console/coupons.js";
import { may } from "/console/may.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { language, say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${TEMPLATES}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  return { title: () => say("template.title"), view: () => html`
    <${Heading}>${say("template.title")}<//>
    <p>${say("template.what")}</p>
    <${PagedTable} of=${list} name="coupon-templates" title=${say("template.newest")} columns=${COLUMNS} empty=${say("console.nothing-yet")}
      tools=${may("rewards.keep") && html`<button type="button" onClick=${() => make((one) => go(`/coupons/${one.id}`))}>${say("template.make")}</button>`} />` };
}

const yes = (is) => say(is ? "template.yes" : "template.no");
const COLUMNS = [
  { key: "template-name", cell: (row) => html`<a href=${`#/coupons/${row.id}`} data-stop>${row.name[language.value]}</a>`, text: (row) => row.name[language.value] },
  { key: "id", text: (row) => row.id },
  { key: "status", cell: (row) => html`<${TemplateState} of=${row} />`, text: stateOf },
  { key: "template-value", cell: valueOf, text: valueOf },
  { key: "template-minimum_spend", number: true, cell: (row) => shownMoney(row.minimum_spend, row.currency), text: (row) => major(row.minimum_spend, row.currency) },
  { key: "template-budget_count", number: true, cell: (row) => shownNumber(row.budget_count), text: (row) => row.budget_count },
  { key: "template-budget_sum", number: true, cell: (row) => shownMoney(row.budget_sum, row.currency), text: (row) => major(row.budget_sum, row.currency) },
  CURRENCY,
  { key: "template-validity", wide: true, cell: validityOf, text: validityOf },
  { key: "template-public", cell: (row) => yes(row.public), text: (row) => yes(row.public) },
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "template-made_by", cell: (row) => html`<${Id} of=${row.created_by} short />`, text: (row) => row.created_by },
];
