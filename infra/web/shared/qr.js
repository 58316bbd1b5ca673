/** A QR code: dark on white in every scheme, as cameras want it. */
import { html } from "/shared/ui.js";

const QUIET = 4;

/** {size, path} of `text`, for `Qr`. */
export async function drawn(text) {
  const [{ generate }, { toSvgPath }] = await Promise.all([import("/packages/lean-qr/index.mjs"), import("/packages/lean-qr/extras/svg.mjs")]);
  const code = generate(text);
  return { size: code.size, path: toSvgPath(code) };
}

export function Qr({ of: { size, path }, label }) {
  const whole = size + 2 * QUIET;
  return html`
    <svg class="qr" role="img" aria-label=${label} viewBox=${`${-QUIET} ${-QUIET} ${whole} ${whole}`} shape-rendering="crispEdges">
      <rect x=${-QUIET} y=${-QUIET} width=${whole} height=${whole} fill="#fff" />
      <path d=${path} fill="#000" />
    </svg>
  `;
}
