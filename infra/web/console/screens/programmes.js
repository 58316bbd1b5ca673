/** Programmes of points, the newest first; and another one. */
import { may } from "/console/may.js";
import { make, PROGRAMMES, Standing, worthOf } from "/console/programmes.js";
import { CURRENCY, Id, Moment } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { language, say, shownNumber } from "/shared/language.js";
import { Heading, pages } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { get } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open() {
  const list = pages((cursor) => get(`${PROGRAMMES}?limit=50${cursor ? `&cursor=${cursor}` : ""}`));
  return { title: () => say("programme.title"), view: () => html`
    <${Heading}>${say("programme.title")}<//>
    <p>${say("programme.what")}</p>
    <${PagedTable} of=${list} name="points-programmes" title=${say("programme.newest")} columns=${COLUMNS} empty=${say("console.nothing-yet")}
      tools=${may("rewards.keep") && html`<button type="button" onClick=${() => make((one) => go(`/points/${one.id}`))}>${say("programme.make")}</button>`} />` };
}

const COLUMNS = [
  { key: "programme-name", cell: (row) => html`<a href=${`#/points/${row.id}`} data-stop>${row.name[language.value]}</a>`, text: (row) => row.name[language.value] },
  { key: "id", text: (row) => row.id },
  { key: "status", cell: (row) => html`<${Standing} of=${row.status} />`, text: (row) => row.status },
  { key: "programme-worth", cell: worthOf, text: worthOf },
  { key: "programme-least_points", number: true, cell: (row) => shownNumber(row.least_points), text: (row) => row.least_points },
  { key: "programme-months", number: true, cell: (row) => shownNumber(row.expire_after_months), text: (row) => row.expire_after_months },
  CURRENCY,
  { key: "created_at", cell: (row) => html`<${Moment} at=${row.created_at} />`, text: (row) => row.created_at },
  { key: "programme-made_by", cell: (row) => html`<${Id} of=${row.created_by} short />`, text: (row) => row.created_by },
];
