/** What everybody must know just now, above every screen: no connection, maintenance, an incident. */
import { banners } from "/app/status.js";
import { say, shownMoment } from "/shared/language.js";
import { reachable } from "/shared/door.js";
import { html } from "/shared/ui.js";

export const Banners = () => html`
  <p class="banner" role="status" hidden=${reachable.value}>${say("shared.offline")}</p>
  ${banners.value.map((one) => html`<${Banner} key=${one.id} ...${one} />`)}
`;

const Banner = ({ kind, severity, title, body, starts_at, ends_at }) => html`
  <section class=${`banner ${severity === "critical" ? "critical" : ""}`} role="status" aria-label=${say(`banner.${kind}`)}>
    <strong>${title}</strong>
    <span>${body}</span>
    ${ends_at && html`<small>${until(starts_at, ends_at)}</small>`}
    <a href="/status/">${say("banner.more")}</a>
  </section>
`;

function until(starts_at, ends_at) {
  const [from, to] = [starts_at, ends_at].map((at) => at && shownMoment(at));
  return Date.parse(starts_at) > Date.now() ? say("banner.from-until", { from, to }) : say("banner.until", { to });
}
