/** An imported file: how far its reading is, what became of each row, and what is missing. */
import { ask } from "/console/ask.js";
import { learnNames, Name } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { addressOf, read } from "/console/reports.js";
import { Facts, Moment, State } from "/console/show.js";
import { say, shownNumber } from "/shared/language.js";
import { announce, Heading, Shown, Up } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

const LOOKS_AGAIN_MS = 5_000;
const GOING = ["waiting", "reading"];

export function open({ params: { id } }) {
  const path = `/v1/reports/imports/${id}`;
  const found = see(path);
  const clock = setInterval(() => GOING.includes(found.peek().data?.state) && lookAgain(path), LOOKS_AGAIN_MS);
  const title = () => found.value.data?.name ?? say("console.imports.file");
  learnNames();
  const view = () => html`
    <${Up} path="/reports/imports">${say("console.reports.imports")}<//>
    <${Heading}>${title()}<//>
    <${Shown} of=${found}>${(one) => html`<${Import} of=${one} path=${path} />`}<//>`;
  return { title, view, close: () => clearInterval(clock) };
}

const Import = ({ of: one, path }) => html`
  <p class="summary" role="status"><${State} of=${one.state} /> ${say(`console.imports.about.${one.state}`, { rows: shownNumber(one.rows_read) })}</p>
  ${one.refused && html`<p class="note">${say(`console.imports.refused.${one.refused.reason}`, { columns: one.refused.columns.join(", ") })}</p>`}
  ${one.state === "ready" && html`<p>${say(one.used ? "console.imports.used-now" : "console.imports.used-no-more")}</p>`}
  <p class="deeds">
    ${one.used && html`<a class="button" href=${`#${asked(one)}`}>${say("console.imports.ask")}</a>`}
    ${may("reports.keep") && html`<button type="button" class="danger" data-delete onClick=${() => remove(one, path)}>${say("console.imports.delete")}</button>`}
  </p>
  <${Facts} of=${[
    ["imports.key", say(`console.imports.key.${one.key}`)],
    ["imports.key-column", one.key_column],
    ["imports.columns", one.columns.map(({ column, name }) => `${column} → ${one.name}.${name}`).join(" · ")],
    ["by", html`<${Name} of=${one.made_by} />`],
    ["created_at", html`<${Moment} at=${one.created_at} />`],
  ]} />
  ${one.quality && html`<h2>${say("console.imports.quality")}</h2><${Quality} of=${one.quality} />`}
`;

const Quality = ({ of: quality }) => html`
  <${Facts} of=${[
    ...["rows", "kept", "duplicates", "without_key", "unreadable", "cut", "personal", "unmatched"].map((name) => [`imports.${name}`, shownNumber(quality[name])]),
    ["imports.unreadable_lines", quality.unreadable_lines.join(", ")],
    ["imports.unmatched_keys", quality.unmatched_keys.join(", ")],
    ["imports.compared_since", quality.compared_since],
  ]} />
`;

/** Payments by its first column. */
function asked({ name, columns }) {
  const question = read({});
  return addressOf({ ...question, wish: { ...question.wish, dimensions: [`${name}.${columns[0].name}`] } });
}

const remove = (one, path) =>
  ask({
    title: say("console.imports.delete"),
    what: say("console.imports.delete-what", { name: one.name }),
    plain: true,
    go: say("console.imports.delete"),
    act: async () => {
      await call("DELETE", path);
      announce(say("console.imports.gone", { name: one.name }), true);
      go("/reports/imports");
    },
  });
