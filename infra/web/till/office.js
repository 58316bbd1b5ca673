/** What the screens of the back office have in common: lists by page, a currency, a question before a deed. */
import { chargeIn, currencies, currency, mine } from "/till/staff.js";
import { say, sayOr } from "/shared/language.js";
import { announce, Dialog, Form, job, pages, Submit } from "/shared/parts.js";
import { get } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

const TOGETHER = 50;

/** The list at `path` of this merchant, page by page. */
export const listOf = (path, query = "") =>
  pages((cursor) => get(`${mine(path)}?limit=${TOGETHER}${query}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`));

/** The same in the currency that is chosen, made anew with another: {list: a signal, close}. */
export function inCurrency(path) {
  const list = signal(null);
  const close = effect(() => {
    const one = currency.value;
    untracked(() => (list.value = listOf(path, `&currency=${one}`)));
  });
  return { list, close };
}

export const Currencies = () => currencies().length > 1 && html`
  <div class="chips" role="group" aria-label=${say("till.currency")}>
    ${currencies().map((one) => html`<button type="button" key=${one} aria-pressed=${one === currency.value} onClick=${() => chargeIn(one)}>${one}</button>`)}
  </div>
`;

export const State = ({ of: state }) => html`<span class="badge-here">${sayOr(`office.state.${state}`, state)}</span>`;

/**
 * One question at a time: {asked, ask({title, what, fields?, go, danger?, done, act(fields)}), view()}. What `act` throws
 * is shown in the dialog, which stays.
 */
export function question() {
  const asked = signal(null);
  const close = () => (asked.value = null);
  const ask = (wish) => {
    const deed = job(async (fields) => {
      await wish.act(fields);
      close();
      if (wish.done) announce(wish.done);
    });
    asked.value = { ...wish, deed };
  };
  const view = () => asked.value && html`
    <${Dialog} title=${asked.value.title} onClose=${close}>
      ${asked.value.what && html`<p>${asked.value.what}</p>`}
      <${Form} job=${asked.value.deed}>
        ${asked.value.fields?.(asked.value.deed)}
        <${Submit} job=${asked.value.deed} kind=${asked.value.danger ? "danger" : ""}>${asked.value.go}<//>
      <//>
      <button type="button" class="secondary" onClick=${close}>${say("shared.cancel")}</button>
    <//>`;
  return { ask, view };
}
