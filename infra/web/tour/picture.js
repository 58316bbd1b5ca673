/** The trip as a picture: four stations in a row (`wide`), or beneath one another inside the act on small screens. */
import { say } from "/shared/language.js";
import { STATIONS, noteOf, trip } from "./trip.js";
import { html } from "/shared/ui.js";

const ICONS = {
  request: "M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2Zm3 15h2",
  transaction: "M12 3 4 7l8 4 8-4-8-4ZM4 12l8 4 8-4M4 17l8 4 8-4",
  stream: "M3 8c3-3 6 3 9 0s6 3 9 0M3 13c3-3 6 3 9 0s6 3 9 0M3 18c3-3 6 3 9 0s6 3 9 0",
  settlement: "M4 10v10h16V10M3 10l2-6h14l2 6a3 3 0 0 1-6 0 3 3 0 0 1-6 0 3 3 0 0 1-6 0ZM10 20v-5h4v5",
};

export const Picture = ({ wide = false }) => html`
  <section class=${wide ? "trip wide" : "trip narrow"} aria-label=${say("trip.heading")}>
    <ol>
      ${STATIONS.map(
        (name) => html`
        <li key=${name} data-station=${name} data-state=${trip.value.stations[name].state}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>
          <h2>${say(`trip.${name}`)}</h2>
          <p>${noteOf(trip.value.stations[name]) || say(`trip.${name}.rest`)}</p>
          ${name === "request" && html`<${Dots} />`}
          ${name === "transaction" && html`<${Items} />`}
        </li>`,
      )}
    </ol>
  </section>
`;

const Dots = () => html`
  <span class="dots" aria-hidden="true">${trip.value.dots.map((state, index) => html`<i key=${index} data-state=${state}></i>`)}</span>
`;

const Items = () => html`
  <span class="items">${trip.value.items.map((item) => html`<span key=${item}>${say(`items.${item}`)}</span>`)}</span>
`;
