/** What imported files add to reports, and what the header of a file is. */
import { see } from "/shared/seen.js";
import { signal } from "/shared/ui.js";

const LOOKED_AT_BYTES = 65_536;
const files = signal(null);

/** Asked for by each screen that offers them. */
export const learnImported = () => void (files.value = see("/v1/reports/imports?limit=100"));
/** Within a view: the columns of the files that are used, as reports call them. */
export const imported = () => used().flatMap(({ name, columns }) => columns.map((one) => `${name}.${one.name}`)).sort();
const used = () => (files.value?.value.data?.data ?? []).filter((one) => one.used);

/** What a column or a file may be called in reports: as it is called, or `fallback` where nothing of that is left. */
export function nameOf(text, fallback) {
  const plain = text.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 32);
  return plain || fallback;
}

/** The names of the columns, as RFC 4180 has them; none where the file has no first line. */
export async function headersOf(file) {
  const begins = new TextDecoder().decode(await file.slice(0, LOOKED_AT_BYTES).arrayBuffer());
  const names = [];
  let [cell, quoted] = ["", false];
  for (let at = 0; at < begins.length; at++) {
    const letter = begins[at];
    if (quoted && letter === '"' && begins[at + 1] === '"') cell += begins[++at];
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === "\n" || letter === "\r")) break;
    else if (!quoted && letter === ",") {
      names.push(cell.trim());
      cell = "";
    } else cell += letter;
  }
  return [...names, cell.trim()].filter(Boolean);
}
