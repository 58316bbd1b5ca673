/** The three small packages the page stands on, named in one place. */
import { computed, effect, signal } from "/packages/@preact/signals-core/dist/signals-core.mjs";
import { h, render } from "/packages/preact/dist/preact.mjs";
import htm from "/packages/htm/dist/htm.mjs";

const html = htm.bind(h);

export { computed, effect, html, render, signal };
