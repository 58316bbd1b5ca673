/** Bonuses that top-ups bring, the newest first; and another one. */
import { may } from "/console/may.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { BONUSES, giftOf, make, Standing, stateOf, whenOf } from "/console/topup-bonuses.js";
import { language, say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${BONUSES}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  return { title: () => say("bonuses.title"), view: () => html`
    <${Heading}>${say("bonuses.title")}<//>
    <p>${say("bonuses.what")}</p>
    <${PagedTable} of=${list} name="topup-bonuses" title=${say("bonuses.newest")} columns=${COLUMNS} empty=${say("console.nothing-yet")}
      tools=${may("rewards.keep") && html`<button type="button" onClick=${() => make((one) => go(`/topup-bonuses/${one.id}`))}>${say("bonuses.make")}</button>`} />` };
}

const COLUMNS = [
  { key: "bonus-name", cell: (row) => html`<a href=${`#/topup-bonuses/${row.id}`} data-stop>${row.name[language.value]}</a>`, text: (row) => row.name[language.value] },
  { key: "id", text: (row) => row.id },
  { key: "status", cell: (row) => html`<${Standing} of=${row} />`, text: stateOf },
  { key: "bonus-gift", cell: giftOf, text: giftOf },
  { key: "bonus-share", number: true, cell: (row) => `${row.most_share_percent}%`, text: (row) => row.most_share_percent },
  { key: "bonus-days", number: true, cell: (row) => shownNumber(row.valid_days), text: (row) => row.valid_days },
  { key: "bonus-count", number: true, cell: (row) => shownNumber(row.budget_count), text: (row) => row.budget_count },
  { key: "bonus-sum", number: true, cell: (row) => shownMoney(row.budget_sum, row.currency), text: (row) => major(row.budget_sum, row.currency) },
  CURRENCY,
  { key: "bonus-when", wide: true, cell: whenOf, text: whenOf },
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "bonus-made_by", cell: (row) => html`<${Id} of=${row.created_by} short />`, text: (row) => row.created_by },
];
