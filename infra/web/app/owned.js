/** What I have beside money, as the API tells it in the reader's language: points and bonus credit; and what top-ups may bring. */
import { language } from "/shared/language.js";
import { lookAgain, see } from "/shared/seen.js";
import { effect } from "/shared/ui.js";

export const POINTS = "/v1/points";
const [BONUSES, OFFERS] = ["/v1/bonuses", "/v1/bonus-offers"];
export const points = () => see(POINTS);
export const entriesPath = (programme_id, limit) => `${POINTS}/entries?programme_id=${encodeURIComponent(programme_id)}&limit=${limit}`;
export const bonuses = () => see(BONUSES);
export const bonusOffers = () => see(`${OFFERS}?limit=100`);

let spoken = language.value;
effect(() => {
  if (language.value === spoken) return;
  spoken = language.value;
  void lookAgain(POINTS, BONUSES, OFFERS);
});
