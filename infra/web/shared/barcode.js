/** A barcode of digits, as Code 128 C (ISO/IEC 15417) draws them: two digits a symbol, dark on white in every scheme. */
import { html } from "/shared/ui.js";

/** Widths of bars and gaps, symbol by symbol; the last three begin in set A, B and C, and what stands after them ends. */
const WIDTHS =
  "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 " +
  "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 " +
  "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 " +
  "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 " +
  "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 " +
  "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232";
const SYMBOLS = WIDTHS.split(" ");
const [START_C, STOP, CHECK, QUIET, HEIGHT] = [105, "2331112", 103, 10, 60];

/** [from, width] of each bar, and how wide it is in all; of an even number of digits. */
export function bars(digits) {
  const pairs = digits.match(/\d\d/g).map(Number);
  const check = pairs.reduce((sum, pair, at) => sum + pair * (at + 1), START_C) % CHECK;
  const widths = [START_C, ...pairs, check].map((one) => SYMBOLS[one]).join("") + STOP;
  const found = [];
  let at = QUIET;
  [...widths].forEach((width, number) => {
    if (number % 2 === 0) found.push([at, Number(width)]);
    at += Number(width);
  });
  return { found, whole: at + QUIET };
}

export function Barcode({ digits, label }) {
  const { found, whole } = bars(digits);
  return html`
    <svg class="barcode" role="img" aria-label=${label} viewBox=${`0 0 ${whole} ${HEIGHT}`} preserveAspectRatio="none" shape-rendering="crispEdges">
      <rect width=${whole} height=${HEIGHT} fill="#fff" />
      <path d=${found.map(([from, width]) => `M${from} 0h${width}v${HEIGHT}h-${width}z`).join("")} fill="#000" />
    </svg>
  `;
}
