/** What was sold today, from the newest on: page by page until a line of yesterday comes. */
import { mine } from "/till/staff.js";
import { job } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { store, stored } from "/shared/stored.js";
import { signal } from "/shared/ui.js";

const [TOGETHER, MOST_PAGES] = [100, 10];

const midnight = () => new Date().setHours(0, 0, 0, 0);
const isToday = ({ created_at }) => Date.parse(created_at) >= midnight();

/** {rows (null at first), whole (whether that is all of today), look}: what was there the last time is shown at once. */
export function today(currency) {
  const kept = `till.seen.today.${currency}`;
  const before = stored(kept);
  const rows = signal(before?.filter(isToday) ?? null);
  const whole = signal(true);
  const look = job(async () => {
    const { found, ended } = await read(currency);
    [rows.value, whole.value] = [found, ended];
    store(kept, found);
  });
  return { rows, whole, look };
}

async function read(currency) {
  const found = [];
  let cursor = "";
  for (let left = MOST_PAGES; left > 0; left -= 1) {
    const page = await get(`${mine("/sales")}?limit=${TOGETHER}&currency=${currency}${cursor}`);
    found.push(...page.data.filter(isToday));
    if (!page.has_more || !page.data.every(isToday)) return { found, ended: true };
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
  return { found, ended: false };
}

/** {sold, back, net, count} of lines. */
export function sums(rows) {
  const add = (some) => some.reduce((sum, { amount }) => sum + amount, 0);
  const [sold, back] = [add(rows.filter(({ amount }) => amount > 0)), add(rows.filter(({ amount }) => amount < 0))];
  return { sold, back, net: sold + back, count: rows.length };
}
