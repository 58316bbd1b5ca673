/** How the console shows ids, times, states and facts. */
import { digits, say, sayOr, shownMoment } from "/shared/language.js";
import { announce } from "/shared/parts.js";
import { html } from "/shared/ui.js";

const SCREEN_OF = {
  usr: "people",
  wal: "accounts",
  mac: "accounts",
  mer: "merchants",
  chk: "checkouts",
  cas: "cases",
  pot: "payouts",
  ctp: "coupons",
  ptp: "points",
  tbo: "topup-bonuses",
  inc: "incidents",
  scr: "screenings",
  rep: "reports/saved",
  rva: "reviews",
  rvl: "reviews",
  ...Object.fromEntries(["pay", "cap", "voi", "exp", "ref", "top", "wdr", "stl", "trf", "rpk", "rpc", "rpr", "gft", "gfc", "gfr"].map((kind) => [kind, "movements"])),
};
export const ID = /^[a-z]{3}_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/** The address of the screen about an id; null where there is none. */
export const placeOf = (id) => (ID.test(id) && SCREEN_OF[id.slice(0, 3)] ? `/${SCREEN_OF[id.slice(0, 3)]}/${id}` : null);

/** An id that leads to what it is of; `short`: its kind and its end, the whole of it on hover. */
export const Id = ({ of: id, short, ...rest }) => {
  if (!id) return html`<span>–</span>`;
  const place = placeOf(id);
  const brief = short && ID.test(id);
  const whole = brief ? { title: id } : {};
  const text = brief ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
  if (place) return html`<a class="id" href=${`#${place}`} ...${whole} ...${rest}>${text}</a>`;
  return brief ? html`<button type="button" class="plain id" ...${whole} ...${rest} onClick=${() => copy(id)}>${text}</button>` : html`<span class="id">${text}</span>`;
};

const copy = (id) => navigator.clipboard.writeText(id).then(() => announce(say("console.copied", { id })), () => {});

/** In the reader's own zone; UTC on hover, and for those who listen. */
export const Moment = ({ at }) =>
  at ? html`<time datetime=${at} title=${`${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`}>${shownMoment(at)}</time>` : html`<span>–</span>`;

export const State = ({ of: state }) => html`<span class=${`state ${TONES[state] ?? ""}`}>${sayOr(`console.state.${state}`, state)}</span>`;
const TONES = {
  good: "good", bad: "bad", ready: "good", waiting: "warn", rested: "warn", written: "good", whole: "good", passed: "good", done: "good", repaired: "warn", reading: "warn", approved: "good", declined: "bad", proposed: "warn", agrees: "good", covered: "good", differs: "bad", "clearing-differs": "bad", short: "bad", "statements-missing": "warn", asked: "warn", active: "good", offered: "good", succeeded: "good", captured: "good", settled: "good", resolved: "good", operational: "good", paid: "good",
  "not-set-up": "bad", "breaker-closed": "good", "breaker-open": "bad", "breaker-half-open": "warn",
  overdue: "bad", repaid: "good", written_off: "bad",
  frozen: "bad", refused: "bad", failed: "bad", outage: "bad", suspended: "bad", revoked: "bad",
  pending: "warn", unknown: "warn", authorized: "warn", open: "warn", degraded: "warn", draft: "warn", investigating: "bad", identified: "warn", monitoring: "warn",
};

/** An amount for a file: 12.5 of 1250 and CNY. Its currency stands in a column of its own. */
export const major = (amount, currency) => amount / 10 ** digits(currency);
export const CURRENCY = { key: "currency", text: (row) => row.currency };

/** A word of the API's own in the reader's language, or itself: `console.what.refund`. */
export const what = (word) => sayOr(`console.what.${word}`, word);

/** Label and value, side by side; those without a value are left out. */
export const Facts = ({ of: facts }) => html`
  <dl class="facts">
    ${facts.filter(([, value]) => value !== "" && value !== null && value !== undefined).map(([key, value]) => html`<div key=${key}><dt>${say(`console.${key}`)}</dt><dd>${value}</dd></div>`)}
  </dl>
`;
