/** Tables as files: RFC 4180, with a mark of byte order so that spreadsheets read Chinese, and no formulas. */
const FORMULA = /^[=+\-@\t\r]/;

/** What a spreadsheet would take for a formula gets an apostrophe before it (OWASP); numbers are numbers. */
export const cell = (value) => (typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value ?? ""));
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const csv = (rows) => rows.map((row) => `${row.map((one) => quoted(cell(one))).join(",")}\r\n`).join("");

export function save(name, text, type = "text/csv;charset=utf-8") {
  const address = URL.createObjectURL(new Blob(type.startsWith("text/csv") ? ["\ufeff", text] : [text], { type }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
