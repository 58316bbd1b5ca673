/** What happened: the newest entries, or a month with its sums and files; by kind, by words, grouped by day. */
import { wallets } from "/app/me.js";
import { byDay, EntryRow, entriesOf, isBetween, kindOf, meet, statementOf, sumOf, way, whoOf } from "/app/money.js";
import { language, money, say, shownDate, shownMoney } from "/shared/language.js";
import { announce, Button, Empty, Heading, job, Problem, Shown } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { see, watch } from "/shared/seen.js";
import { call, file } from "/shared/session.js";
import { computed, effect, html, signal, untracked } from "/shared/ui.js";

const KINDS = {
  all: () => true,
  payments: ({ kind }) => ["payment", "authorisation", "capture"].includes(kind),
  topups: ({ kind }) => kind.startsWith("top-up"),
  people: isBetween,
  withdrawals: ({ kind }) => kind.startsWith("withdrawal"),
  credit: ({ kind }) => ["loan", "repayment"].includes(kind),
  back: ({ kind }) => ["refund", "void", "expiry"].includes(kind),
};
const MONTHS_BACK = 12;

export function open({ query }) {
  const mine = wallets();
  const wallet = computed(() => mine.value.data?.data.find((one) => one.id === query.wallet) ?? mine.value.data?.data[0]);
  const [kind, words, list] = [signal("all"), signal(""), signal(null)];
  const made = () => (query.month ? statement(wallet.peek().id, query.month) : newest(wallet.peek().id));
  const stopWaiting = effect(() => wallet.value && !list.peek() && untracked(() => (list.value = made())));
  const stop = watch(() => list.peek()?.again(), 15_000);
  const view = () => html`
    <${Heading}>${say("activity.title")}<//>
    <${Filters} kind=${kind} words=${words} month=${query.month} wallets=${mine.value.data?.data ?? []} wallet=${wallet.value} />
    ${list.value ? html`<${List} list=${list.value} wallet=${wallet.value} kind=${kind} words=${words} month=${query.month} />` : html`<${Shown} of=${mine} lines=${5}>${() => ""}<//>`}
  `;
  return { title: () => say("activity.title"), view, close: () => (stop(), stopWaiting(), list.peek()?.close?.()) };
}

/** A month: all of it comes at once. */
function statement(wallet, month) {
  const of = see(statementOf(wallet, month));
  const rows = computed(() => of.value.data?.entries.toReversed() ?? []);
  return { of, rows, again: () => see(statementOf(wallet, month)), left: signal(false) };
}

/** The newest, and page by page what was before; what was read stays when newer ones come. */
function newest(wallet) {
  const of = see(entriesOf(wallet));
  const read = signal(new Map());
  const cursor = signal(undefined);
  const keep = ({ data, next_cursor }) => {
    read.value = new Map([...read.value, ...data.map((one) => [one.id, one])]);
    cursor.value = cursor.value === undefined ? next_cursor : cursor.value;
  };
  const close = effect(() => of.value.data && untracked(() => keep(of.value.data)));
  const next = job(async () => {
    const page = await call("GET", `${entriesOf(wallet)}&cursor=${encodeURIComponent(cursor.value)}`);
    cursor.value = page.next_cursor;
    keep(page);
  });
  const rows = computed(() => [...read.value.values()].sort((one, other) => (one.at < other.at ? 1 : -1)));
  return { of, rows, next, again: () => see(entriesOf(wallet)), left: computed(() => Boolean(cursor.value)), close };
}

const place = (month, wallet, several) => `/activity${month || several ? "?" : ""}${[month && `month=${month}`, several && `wallet=${wallet}`].filter(Boolean).join("&")}`;

function Filters({ kind, words, month, wallets, wallet }) {
  const several = wallets.length > 1;
  const choose = (chosen) => goInstead(place(chosen.month ?? month, chosen.wallet ?? wallet?.id, several));
  return html`
    <form class="filters" onSubmit=${(event) => event.preventDefault()}>
      ${several && html`<label class="field"><span>${say("activity.wallet")}</span><select value=${wallet?.id} onChange=${(event) => choose({ wallet: event.target.value })}>${wallets.map((one) => html`<option value=${one.id}>${one.currency}</option>`)}</select></label>`}
      <label class="field"><span>${say("activity.month")}</span>
        <select id="month" onChange=${(event) => choose({ month: event.target.value })}>
          <option value="" selected=${!month}>${say("activity.newest")}</option>
          ${months(month).map((one) => html`<option value=${one} selected=${one === month}>${shownMonth(one)}</option>`)}
        </select></label>
      <label class="field"><span>${say("activity.search")}</span><input id="search" type="search" value=${words.value} placeholder=${say("activity.search.hint")} onInput=${(event) => (words.value = event.target.value)} /></label>
      <div class="chips" role="group" aria-label=${say("activity.kinds")}>
        ${Object.keys(KINDS).map((one) => html`<button type="button" aria-pressed=${kind.value === one ? "true" : "false"} onClick=${() => (kind.value = one)}>${say(`activity.kind.${one}`)}</button>`)}
      </div>
    </form>
  `;
}

/** The last twelve, and the one that is shown, whatever the clock of the device says. */
function months(shown) {
  const now = new Date();
  const back = (count) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
  const last = Array.from({ length: MONTHS_BACK }, (_, count) => back(count));
  return shown && !last.includes(shown) ? [shown, ...last] : last;
}
const shownMonth = (month) => shownDate(`${month}-01T00:00:00Z`, { year: "numeric", month: "short", timeZone: "UTC" });

/** Whether every word stands somewhere in what one can read of the entry. */
function fits(entry, words) {
  const text = [whoOf(entry), kindOf(entry), way(entry), entry.order_reference, entry.note, entry.paid_by, entry.movement_id, shownMoney(Math.abs(sumOf(entry)), entry.currency)].join(" ");
  return words.toLowerCase().split(/\s+/).every((word) => text.toLowerCase().includes(word));
}

function List({ list, wallet, kind, words, month }) {
  meet(list.rows.value);
  const rows = list.rows.value.filter((entry) => KINDS[kind.value](entry) && fits(entry, words.value));
  return html`
    <${Shown} of=${list.of} lines=${6}>
      ${(data) => html`
        ${month && html`<${Sums} statement=${data} wallet=${wallet} month=${month} />`}
        ${!rows.length && html`<${Empty}>${say(list.rows.value.length ? "activity.none-fit" : "activity.none")}<//>`}
        ${byDay(rows).map(([day, ofDay]) => html`
          <h2 key=${`${day} ${language.value}`}>${day}</h2>
          <ul class="rows">${ofDay.map((entry) => html`<${EntryRow} key=${entry.id} entry=${entry} wallet=${wallet.id} />`)}</ul>`)}
        ${list.left.value && html`<p><${Button} kind="secondary" job=${list.next} onClick=${list.next.run}>${say("shared.more")}<//></p>`}
        <${Problem} of=${list.next?.problem.value} />
      `}
    <//>
  `;
}

const TYPES = { pdf: "application/pdf", csv: "text/csv", json: "application/json" };
const files = Object.fromEntries(
  Object.keys(TYPES).map((format) => [
    format,
    job(async (wallet, month) => {
      const bytes = await file(`${statementOf(wallet, month)}?format=${format}`);
      save(new Blob([bytes], { type: TYPES[format] }), `coffer-${month}.${format}`);
      announce(say("statement.saved"));
    }),
  ]),
);

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What the month began and ended with, and the files of it; what is printed is the list as it is shown. */
const Sums = ({ statement: { opening, closing, currency }, wallet, month }) => html`
  <section class="card statement" aria-label=${shownMonth(month)}>
    <p class="only-print">${shownMonth(month)} · ${wallet.id}</p>
    <dl class="facts">
      <div><dt>${say("statement.opening")}</dt><dd>${shownMoney(opening.available, currency)}</dd></div>
      <div><dt>${say("statement.closing")}</dt><dd>${shownMoney(closing.available, currency)}</dd></div>
      ${closing.held > 0 && html`<div><dt>${say("statement.held")}</dt><dd>${say("home.held", { amount: money(closing.held, currency) })}</dd></div>`}
    </dl>
    <div class="files">
      ${Object.keys(TYPES).map((format) => html`<${Button} kind="secondary" job=${files[format]} onClick=${() => files[format].run(wallet.id, month)}>${say(`statement.${format}`)}<//>`)}
      <button type="button" class="secondary" onClick=${() => print()}>${say("statement.paper")}</button>
    </div>
    <${Problem} of=${files.pdf.problem.value ?? files.csv.problem.value ?? files.json.problem.value} />
  </section>
`;
