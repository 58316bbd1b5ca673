/** Deeds that take a reason, and dangerous ones that take a word typed as well. */
import { say } from "/shared/language.js";
import { About, announce, Dialog, Filled, Form, job } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

const asked = signal(null);

/**
 * Shows a dialog: {title, what (a sentence), fields? (more of the form), label (of the reason), plain? (it takes none),
 * word? (to type), done (said afterwards), go, act(fields)}; `act` gets the form's fields as strings.
 */
export function ask(wish) {
  const deed = job(async (fields) => {
    await wish.act(fields);
    asked.value = null;
    if (wish.done) announce(wish.done);
  });
  asked.value = { ...wish, deed, typed: signal("") };
}

const close = () => (asked.value = null);
/** What a question was about is no longer there once the reader has gone on. */
addEventListener("hashchange", close);

export function Ask() {
  const wish = asked.value;
  if (!wish) return null;
  const ready = !wish.word || wish.typed.value.trim().toUpperCase() === wish.word.toUpperCase();
  return html`
    <${Dialog} title=${wish.title} onClose=${close}>
      <p>${wish.what}</p>
      <${Form} job=${wish.deed}>
        ${wish.fields}
        ${!wish.plain && html`<${Reason} label=${wish.label ?? say("console.reason")} hint=${say(wish.shortest === 1 ? "console.note-about" : "console.reason-about")} />`}
        ${wish.word && html`
          <label class="field" for="word"><span>${say("console.type-word", { word: wish.word })}</span>
            <input id="word" autocomplete="off" value=${wish.typed.value} onInput=${(event) => (wish.typed.value = event.target.value)} />
          </label>`}
        <button class=${wish.word ? "danger" : ""} disabled=${!ready} aria-busy=${wish.deed.busy.value ? "true" : undefined}>${wish.go}</button>
      <//>
      <button type="button" class="secondary" onClick=${close}>${say("shared.cancel")}</button>
    <//>
  `;
}

const Reason = ({ label, hint }) => html`
  <${Filled} name="reason">${(problem) => html`
    <label class="field" for="reason"><span>${label}</span>
      <textarea id="reason" name="reason" rows="2" maxlength="200" required aria-describedby="reason-about" aria-invalid=${problem ? "true" : undefined} />
      <${About} id="reason" hint=${hint} problem=${problem} />
    </label>`}<//>
`;
