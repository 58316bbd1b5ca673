/** A freeze by an operator: what it says, and what is done about it, on the wallet's screen and on its case's. */
import { ask } from "/console/ask.js";
import { Id, Moment } from "/console/show.js";
import { say } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const REASONS = ["stolen_phone", "unusual_activity", "disputed_payment", "legal_order", "under_review"];
const USUAL_HOURS = 72;
const MOST_HOURS = 720;

/** The last freeze of a wallet: {of: a signal, null until it is known or where there is none; look: again}. */
export function freezeOf(wallet) {
  const of = signal(null);
  const look = () => get(`/v1/freezes/${wallet}`).then((found) => (of.value = found), () => {});
  void look();
  return { of, look };
}

export const holds = (freeze) => Boolean(freeze) && !freeze.lifted_at;

/** For `Facts`: nothing of a freeze that was lifted. */
export const freezeFacts = (freeze) =>
  !holds(freeze) ? [] : [
    ["why-frozen", say(`console.reason.${freeze.reason}`)],
    ["freeze-note", freeze.note],
    ["frozen_at", html`<${Moment} at=${freeze.frozen_at} />`],
    ["frozen_by", html`<${Id} of=${freeze.frozen_by} />`],
    ["review_at", html`<${Moment} at=${freeze.review_at} />`],
  ];

export const stop = (wallet, changed) =>
  ask({
    title: say("console.freeze"),
    what: say("console.freeze-what", { id: wallet }),
    fields: () => html`<label class="field" for="why"><span>${say("console.freeze-reason")}</span><select id="why" name="why">${REASONS.map((one) => html`<option key=${one} value=${one}>${say(`console.reason.${one}`)}</option>`)}</select></label>`,
    label: say("console.note"),
    word: say("console.word.freeze"),
    go: say("console.freeze"),
    done: say("console.frozen"),
    act: async ({ why, reason }) => {
      await call("POST", "/v1/freezes", { body: { wallet_id: wallet, reason: why, note: reason } });
      await changed();
    },
  });

export const lift = (wallet, changed) =>
  ask({
    title: say("console.lift"),
    what: say("console.lift-what", { id: wallet }),
    label: say("console.note"),
    go: say("console.lift"),
    done: say("console.lifted"),
    act: async ({ reason }) => {
      await call("POST", `/v1/freezes/${wallet}/lift`, { body: { note: reason } });
      await changed();
    },
  });

/** It stays frozen, for a reason that is written down, and somebody looks at it again. */
export const keep = (wallet, changed) =>
  ask({
    title: say("console.keep"),
    what: say("console.keep-what", { id: wallet }),
    fields: (wrong) => html`<${Field} name="review_hours" type="number" min="1" max=${MOST_HOURS} defaultValue=${USUAL_HOURS} label=${say("console.review-hours")} problem=${wrong("review_hours")} required />`,
    label: say("console.keep-why"),
    go: say("console.keep"),
    done: say("console.kept"),
    act: async ({ review_hours: hours, reason }) => {
      await call("POST", `/v1/freezes/${wallet}/keep`, { body: { note: reason, review_hours: Number(hours) } });
      await changed();
    },
  });
