/** Points: how they are written, what so many are worth, how many help to pay a bill, and when they end. */
import { money, say, shownDate, shownNumber } from "/shared/language.js";

/** `1,250 points`. */
export const shownPoints = (many) => say(Math.abs(many) === 1 ? "points.one" : "points.many", { points: signed(many) });
/** `+28`, `−500`. */
export const signedPoints = (many) => (many > 0 ? `+${shownNumber(many)}` : signed(many));
const signed = (many) => (many < 0 ? `−${shownNumber(-many)}` : shownNumber(many));

/** `100 points pay ¥1.00, from 200 points on`. */
export const worthSentence = ({ worth, least_points, currency }) =>
  say(least_points > 1 ? "points.worth.from" : "points.worth", { points: worth.points, amount: money(worth.amount, currency), least: least_points });
/** What so many pay, to the last unit. */
export const worthOf = ({ worth }, many) => Math.floor((many * worth.amount) / worth.points);
const common = (one, other) => (other ? common(other, one % other) : one);
/** A few more or less would pay a part of a minor unit. */
export const stepOf = ({ worth }) => worth.points / common(worth.points, worth.amount);
export const leastOf = (programme) => Math.ceil(Math.max(programme.least_points, 1) / stepOf(programme)) * stepOf(programme);

/** The most points that help to pay a bill; 0 where they are too few. */
export function mostPoints(programme, amount) {
  const [step, whole] = [stepOf(programme), Math.floor((amount * programme.worth.points) / programme.worth.amount)];
  const most = Math.floor(Math.min(programme.balance, whole) / step) * step;
  return most >= leastOf(programme) ? most : 0;
}

/** The last day on which they are good: they end as the day after begins. */
export const lastDay = (at) => shownDate(Date.parse(at) - 1, { dateStyle: "medium" });
export const endsSentence = ({ points: many, expires_at }) => say("points.ends", { points: shownPoints(many), day: lastDay(expires_at) });
