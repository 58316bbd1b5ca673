/** Notices, and which of them were read: that is kept in this browser, for each person. */
import { say, language } from "/shared/language.js";
import { get, userId } from "/shared/session.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { store, stored } from "/shared/stored.js";
import { computed, effect, signal, untracked } from "/shared/ui.js";

const PATH = "/v1/me/notices";
const PAGE = 50;
const EVERY_MS = 30_000;
const REMEMBERED = 500;
const NOTHING = { until: "", ids: [] };

export const newest = () => see(`${PATH}?limit=${PAGE}`);
/** What was asked for beyond the newest; gone with the visit. */
export const older = signal([]);
const first = signal(null);
const marks = signal(NOTHING);

const name = () => `app.read.${userId.peek()}`;
const isRead = (notice) => notice.created_at <= marks.value.until || marks.value.ids.includes(notice.id);

export const unread = (notice) => !isRead(notice);
export const notices = () => [...(first.value?.value.data?.data ?? []), ...older.value];
export const unreadCount = computed(() => (userId.value ? notices().filter(unread).length : 0));
export const noticeOf = (id) => notices().find((one) => one.id === id);

export async function askOlder() {
  const cursor = older.peek().next ?? first.peek()?.peek().data?.next_cursor;
  const page = await get(`${PATH}?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
  older.value = Object.assign([...older.peek(), ...page.data], { next: page.next_cursor, last: !page.has_more });
}

export const hasOlder = () => !older.value.last && (older.value.next ?? first.value?.value.data?.next_cursor ?? null) !== null;

export function markRead(notice) {
  if (!untracked(() => unread(notice))) return;
  keep({ ...marks.peek(), ids: [notice.id, ...marks.peek().ids].slice(0, REMEMBERED) });
}

export function markAllRead() {
  const latest = notices()[0];
  if (latest) keep({ until: latest.created_at, ids: [] });
}

/** The inbox of whoever is signed in, looked at again now and then, and in the language that is read. */
export function keepInbox() {
  let stop = () => {};
  effect(() => {
    const who = userId.value;
    queueMicrotask(() => {
      stop();
      older.value = [];
      marks.value = stored(`app.read.${who}`) ?? NOTHING;
      first.value = who ? newest() : null;
      stop = who ? watch(newest, EVERY_MS) : () => {};
    });
  });
  addEventListener("storage", ({ key }) => key === `coffer.${name()}` && (marks.value = stored(name()) ?? NOTHING));
  let spoken = language.value;
  effect(() => {
    if (language.value === spoken) return;
    spoken = language.value;
    older.value = [];
    lookAgain(PATH);
  });
}

function keep(next) {
  store(name(), next);
  marks.value = next;
}

/** `payment` of `payment`, `wallet_frozen` of `wallet_frozen_legal_order`: where a notice leads, by how it begins. */
const WAYS_ON = [
  [/^(payment|refund(?!_repaid)|top_up|withdrawal|transfer|red_packet|adjustment)/, "/activity", "activity"],
  [/^split_/, "/bills", "bills"],
  [/^dispute_/, "/disputes", "disputes"],
  [/^gift_card/, "/gift-cards", "gifts"],
  [/^(card_)?approval_asked/, "/approvals", "approvals"],
  [/^(card_)?approval_(approved|open|unpaid)/, "/", "home"],
  [/^(card_approval|family_(card|payment))/, "/family-cards", "family-cards"],
  [/^(card_|reminder_card)/, "/cards", "cards"],
  [/^incident_compensated/, "/coupons", "coupons"],
  [/^(points_|reminder_points)/, "/points", "points"],
  [/^(bonus_|reminder_bonus)/, "/bonuses", "bonuses"],
  [/^(loan|instalment|refund_repaid)/, "/credit/plans", "credit"],
  [/^funding_method/, "/withdraw/ways", "ways"],
  [/^(guardian|approval)_/, "/family", "family"],
  [/^wallet_frozen/, "/help", "help"],
  [/./, "/security", "security"],
];

/** {path, label}: what to do about a notice. */
export function wayOn(notice) {
  const [, path, label] = WAYS_ON.find(([kind]) => kind.test(notice.kind));
  return { path, label: say(`inbox.go.${label}`) };
}
