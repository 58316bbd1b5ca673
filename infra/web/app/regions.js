/** Every country that issues documents, by the names of a language: [{code, name}]. */
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Regions with a code and a name that issue none. */
const OTHERS = ["AC", "AQ", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "UM", "UN", "XA", "XB", "ZZ"];
const CODES = LETTERS.flatMap((one) => LETTERS.map((other) => one + other)).filter((code) => !OTHERS.includes(code));

/** Not under a code of the past, which stands for another. */
const isCurrent = (code) => Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`;

export function regions(language) {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const known = CODES.filter(isCurrent).map((code) => ({ code, name: names.of(code) })).filter(({ name }) => name);
  return known.sort((one, other) => one.name.localeCompare(other.name, language));
}
