/** The small packages that the pages stand on, named in one place. */
import { batch, computed, effect, signal, untracked } from "/packages/@preact/signals-core/dist/signals-core.mjs";
import { createContext, h, render } from "/packages/preact/dist/preact.mjs";
import htm from "/packages/htm/dist/htm.mjs";

const html = htm.bind(h);

export { batch, computed, createContext, effect, html, render, signal, untracked };
