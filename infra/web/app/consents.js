/** What people agree to: the documents in force. */
import { good, insist } from "/shared/door.js";
import { language } from "/shared/language.js";
import { Filled } from "/shared/parts.js";
import { effect, html, signal } from "/shared/ui.js";

/** A wallet works without these. */
const OPTIONAL = ["marketing"];

export const needed = ({ document }) => !OPTIONAL.includes(document);

/** The documents in force, in the reader's language: {of: signal of {data, problem}, close}. */
export function documents() {
  const of = signal({ data: null, at: 0, problem: null });
  const look = async (asked) => {
    try {
      const { data } = good(await insist("GET", "/v1/documents"));
      if (asked === language.peek()) of.value = { data, at: Date.now(), problem: null };
    } catch (problem) {
      of.value = { ...of.peek(), problem };
    }
  };
  return { of, close: effect(() => void look(language.value)) };
}

export const Consent = ({ document: one, required }) => html`
  <${Filled} name=${one.document}>${(problem) => html`
    <li>
      <label class="consent" for=${`consent-${one.document}`}>
        <input type="checkbox" id=${`consent-${one.document}`} name=${one.document} aria-describedby=${`consent-${one.document}-about`} aria-invalid=${problem ? "true" : undefined} required=${required} />
        <span>${one.agree}</span>
      </label>
      <small id=${`consent-${one.document}-about`}>${problem && html`<strong class="wrong">${problem}</strong>${" "}`}${one.summary}</small>
    </li>`}<//>
`;
