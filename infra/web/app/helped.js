/** What helped to pay, as an intent remembers it, as the API is told, and as people read it. */
import { shownPoints } from "/app/points.js";
import { say, shownMoney } from "/shared/language.js";

/** {what: "coupon", "bonus" or "points", id, name, discount, points?} of a way (helps.js). */
export const noted = ({ what, id, name, discount, points: many }) => ({ what, id, name, discount, ...(many && { points: many }) });
export const told = ({ what, id, discount, points: many }) =>
  what === "coupon" ? { coupon_id: id } : what === "bonus" ? { bonus: discount } : { points: { programme_id: id, points: many } };

/** `Coupon`, `−¥9.00 · A third off`. */
export const helpFact = ({ what, name, discount, points: many }, currency) => [
  say(`help.${what}`),
  [shownMoney(-discount, currency), many ? shownPoints(many) : name].filter(Boolean).join(" · "),
];
