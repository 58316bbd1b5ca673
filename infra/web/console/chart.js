/** Lines over the minutes of an hour, or over days, by uPlot; what they say stands beside them in words. */
import { pause } from "/shared/door.js";
import { language, shownDate, shownTime } from "/shared/language.js";
import { html } from "/shared/ui.js";

const made = new WeakMap();
let library = null;

/** `series`: [{label, values (null where nobody knows), colour (name of a token)}] over `times` (seconds since 1970);
 * `days`: these are days apart. */
export const Chart = ({ title, words, times, series, format, days }) => html`
  <figure class="chart card">
    <figcaption><h2>${title}</h2><p>${words}</p></figcaption>
    <div class="plot" role="img" aria-label=${`${title}: ${words}`} ref=${(element) => element && void drawn(element, times, series, format, days)} />
    <ul class="legend" aria-hidden="true">${series.map((one) => html`<li key=${one.label} class=${one.colour}>${one.label}</li>`)}</ul>
  </figure>
`;

async function drawn(element, times, series, format, days) {
  library ??= import("/packages/uplot/dist/uPlot.esm.js");
  const { default: Plot } = await library;
  await pause(0);
  if (!element.isConnected) return;
  const data = [times, ...series.map((one) => one.values)];
  const look = `${language.value} ${document.documentElement.dataset.theme} ${series.map((one) => one.label)} ${element.clientWidth}`;
  const before = made.get(element);
  if (before?.look === look) return before.plot.setData(data);
  before?.plot.destroy();
  made.set(element, { look, plot: new Plot(options(element, series, format, days), data, element) });
}

const dayOf = (at) => shownDate(at, { month: "numeric", day: "numeric" });

function options(element, series, format, days) {
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const axis = { stroke: ink("soft"), grid: { stroke: ink("line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return {
    width: element.clientWidth || 400,
    height: 160,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { y: false },
    scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 1, 1) * 1.1] } },
    axes: [
      { ...axis, size: 28, values: (_, at) => at.map((one) => (days ? dayOf(one * 1000) : shownTime(one * 1000).slice(0, 5))) },
      { ...axis, size: 72, values: (_, values) => values.map(format) },
    ],
    series: [{}, ...series.map((one) => ({ label: one.label, stroke: ink(one.colour), width: 2, dash: one.colour === "warn" ? [6, 4] : undefined, points: { size: 5 } }))],
  };
}
