/** Disputes of this merchant's payments, with the clock of each: answered, or agreed to. */
import { may } from "/till/staff.js";
import { question } from "/till/office.js";
import { newKey } from "/shared/door.js";
import { money, say, sayOr, shownMoment } from "/shared/language.js";
import { Field, Heading, Money, Pages, pages, Up, wrong } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const some = () => pages((cursor) => get(`/v1/disputes?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));

export function open() {
  const list = signal(some());
  const { ask, view } = question();
  const send = async (one, deed, options) => {
    await call("POST", `/v1/disputes/${one.id}/${deed}`, options);
    list.value = some();
  };
  const answer = (one) =>
    ask({
      title: say("disputed.answer-to", { reference: one.order_reference }),
      what: say("disputed.answer-what"),
      fields: (deed) => html`<${Field} name="text" label=${say("disputed.answer-text")} problem=${wrong(deed.problem.value, "text")} autocomplete="off" maxlength="500" required />`,
      go: say("disputed.answer"),
      done: say("disputed.answered"),
      act: ({ text }) => send(one, "answer", { body: { text } }),
    });
  const agree = (one) => {
    const key = newKey();
    ask({
      title: say("disputed.agree-to", { reference: one.order_reference }),
      what: say("disputed.agree-what", { amount: money(one.amount, one.currency) }),
      go: say("disputed.agree"),
      danger: true,
      done: say("disputed.agreed"),
      act: () => send(one, "agree", { key, body: {} }),
    });
  };
  return { title: () => say("disputed.title"), view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Heading}>${say("disputed.title")}<//>
    <p>${say("disputed.lead")}</p>
    <${Pages} of=${list.value} empty=${say("disputed.none")}>${(rows) => rows.length > 0 && html`<ul class="rows card" aria-label=${say("disputed.title")}>${rows.map((one) => html`<${Dispute} key=${one.id} of=${one} answer=${answer} agree=${agree} />`)}</ul>`}<//>
    ${view()}
  ` };
}

const CLOCK = { open: "answer_by", answered: "decide_by" };

const Dispute = ({ of: one, answer, agree }) => html`
  <li class="thing">
    <a class="alone" href=${`#/payments/${one.payment_id}`}>${one.order_reference}</a> <${Money} amount=${one.amount} currency=${one.currency} />
    <span class="badge-here">${say(`disputed.is.${one.status}`)}</span>
    <small>${sayOr(`disputed.reason.${one.reason}`, one.reason)} · “${one.text}”</small>
    ${CLOCK[one.status] && html`<small>${say(`disputed.until.${one.status}`, { at: shownMoment(one[CLOCK[one.status]]) })} · ${say("disputed.held", { amount: money(one.held ?? 0, one.currency) })}</small>`}
    ${one.answer && html`<small>${say("disputed.our-answer", { text: one.answer })}</small>`}
    ${CLOCK[one.status] && may("refunds") && html`<p class="acts">
      ${one.status === "open" && html`<button type="button" class="plain" onClick=${() => answer(one)}>${say("disputed.answer")}</button>`}
      <button type="button" class="plain" onClick=${() => agree(one)}>${say("disputed.agree")}</button>
    </p>`}
  </li>
`;
