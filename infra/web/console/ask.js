/** Deeds that take a reason, and dangerous ones that take a word typed as well. */
import { surround } from "/console/frame.js";
import { say } from "/shared/language.js";
import { About, announce, Dialog, Filled, Form, job, Trouble, wrong } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

const SHORTEST_REASON = 10;
const asked = signal(null);
let count = 0;

/**
 * Shows a dialog: {title, what (a sentence), fields?(wrong) (more of the form), label (of the reason), plain? (it takes
 * none), shortest? (its letters), word? (to type), done (said afterwards), go, act(fields)}; `act` gets the form's
 * fields as strings, `wrong(name)` is what stands at a field. What a field begins with is its `defaultValue`: a `value`
 * would come back, in place of what was typed, whenever the dialog is drawn anew.
 */
export function ask(wish) {
  const short = signal("");
  const deed = job(async (fields) => {
    short.value = tooShort(wish, fields);
    if (short.peek()) throw new Trouble("console.lacking");
    await wish.act(fields);
    close(asking);
    if (wish.done) announce(wish.done);
  });
  const said = (name) => (name === "reason" && short.value) || wrong(deed.problem.value, name);
  const asking = { ...wish, deed, said, typed: signal(""), from: document.activeElement, id: ++count };
  asked.value = asking;
}

/** What is to be said of a reason that tells an auditor nothing. */
const tooShort = ({ plain, shortest = SHORTEST_REASON }, { reason = "" }) =>
  !plain && reason.trim().length < shortest ? say("console.too-short", { letters: shortest }) : "";

/** The focus goes back to where it was, or to the top of the screen if that is no longer there; what was asked next stays. */
function close({ id, from }) {
  if (asked.peek()?.id !== id) return;
  asked.value = null;
  requestAnimationFrame(() => (from?.isConnected ? from : document.querySelector("main h1"))?.focus());
}
/** What a question was about is no longer there once the reader has gone on. */
addEventListener("hashchange", () => (asked.value = null));

function Ask() {
  const wish = asked.value;
  if (!wish) return null;
  const ready = !wish.word || wish.typed.value.trim().toUpperCase() === wish.word.toUpperCase();
  return html`
    <${Dialog} key=${wish.id} title=${wish.title} onClose=${() => close(wish)}>
      <p>${wish.what}</p>
      <${Form} job=${wish.deed}>
        ${wish.fields?.(wish.said)}
        ${!wish.plain && html`<${Reason} label=${wish.label ?? say("console.reason")} hint=${say(wish.shortest === 1 ? "console.note-about" : "console.reason-about")} problem=${wish.said("reason") || wish.said("note")} />`}
        ${wish.word && html`
          <label class="field" for="word"><span>${say("console.type-word", { word: wish.word })}</span>
            <input id="word" autocomplete="off" value=${wish.typed.value} onInput=${(event) => (wish.typed.value = event.target.value)} />
          </label>`}
        <button class=${wish.word ? "danger" : ""} disabled=${!ready} aria-busy=${wish.deed.busy.value ? "true" : undefined}>${wish.go}</button>
      <//>
      <button type="button" class="secondary" onClick=${() => close(wish)}>${say("shared.cancel")}</button>
    <//>
  `;
}

const Reason = ({ label, hint, problem: found }) => html`
  <${Filled} name="reason" problem=${found}>${(problem) => html`
    <label class="field" for="reason"><span>${label}</span>
      <textarea id="reason" name="reason" rows="2" maxlength="200" required aria-describedby="reason-about" aria-invalid=${problem ? "true" : undefined} />
      <${About} id="reason" hint=${hint} problem=${problem} />
    </label>`}<//>
`;

surround(Ask);
