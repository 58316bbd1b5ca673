/** A month of the merchant's account: its sums, and files of it for whoever keeps the books. */
import { Currencies } from "/till/office.js";
import { currency, mine, staff } from "/till/staff.js";
import { say, sayOr, shownDate, shownMoment, shownMoney } from "/shared/language.js";
import { Button, Facts, Heading, job, Problem, Shown, Up } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { file } from "/shared/session.js";
import { Table } from "/till/table.js";
import { effect, html, signal } from "/shared/ui.js";

const MONTHS_BACK = 12;
const FORMS = [["pdf", "application/pdf"], ["csv", "text/csv"], ["json", "application/json"]];

export function open() {
  const month = signal(months()[0]);
  const pathOf = () => `${mine(`/statements/${month.value}`)}?currency=${currency.value}`;
  const statement = signal(null);
  const stop = effect(() => (statement.value = see(pathOf())));
  const saving = job(async (form, type) => save(await file(`${pathOf()}&format=${form}`), `${staff.peek().merchant_name} ${month.peek()} ${currency.peek()}.${form}`, type));
  return { title: () => say("office.statements"), close: stop, view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("office.statements")}<//>
    <label class="field" for="month"><span>${say("office.month")}</span>
      <select id="month" value=${month.value} onChange=${(event) => (month.value = event.target.value)}>${months().map((one) => html`<option key=${one} value=${one}>${shownDate(`${one}-15`, { year: "numeric", month: "long" })}</option>`)}</select>
    </label>
    <${Currencies} />
    <${Shown} of=${statement.value} lines=${5}>${(data) => html`<${Statement} of=${data} saving=${saving} />`}<//>
  ` };
}

/** This one and those before it, as `2026-11`. */
function months() {
  const now = new Date();
  return Array.from({ length: MONTHS_BACK }, (_, back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7));
}

const Statement = ({ of: found, saving }) => html`
  <section class="card">
    <${Facts} of=${[
      [say("office.opening"), shownMoney(found.opening, found.currency)],
      [say("office.gross"), shownMoney(found.gross, found.currency)],
      [say("office.fees"), shownMoney(-found.fees, found.currency)],
      [say("office.paid"), shownMoney(-found.paid_out, found.currency)],
      [say("office.corrected"), found.corrected ? shownMoney(found.corrected, found.currency, true) : ""],
      [say("office.closing"), shownMoney(found.closing, found.currency)],
    ]} />
    <p class="files">${FORMS.map(([form, type]) => html`<${Button} key=${form} job=${saving} kind="secondary" onClick=${() => saving.run(form, type)}>${say("office.save-as", { form: form.toUpperCase() })}<//>`)}</p>
    <${Problem} of=${saving.problem.value} />
  </section>
  <${Table} title=${say("office.statements")} columns=${columns()} rows=${found.entries} empty=${say("office.nothing")} />
`;

const columns = () => [
  { name: say("office.at"), cell: (row) => shownMoment(row.at) },
  { name: say("office.kind"), cell: (row) => (row.kind === "settlement" ? html`<a href=${`#/office/settlements/${row.movement_id}`}>${say("office.entry.settlement")}</a>` : sayOr(`office.entry.${row.kind}`, row.kind)) },
  { name: say("office.fees"), number: true, cell: (row) => (row.fees ? shownMoney(-row.fees, row.currency) : "") },
  { name: say("till.fact.amount"), number: true, cell: (row) => shownMoney(row.amount, row.currency, true) },
];

function save(bytes, name, type) {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
