/** Passwords: hidden, and shown on a tap. */
import { say } from "/shared/language.js";
import { Field } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

/** Whether a screen's passwords are shown; each screen begins with a hidden one. */
export const hidden = () => signal(true);

export const Password = ({ of: state, name = "password", id = name, ...rest }) => html`
  <div class="password">
    <${Field} name=${name} id=${id} type=${state.value ? "password" : "text"} spellcheck="false" autocapitalize="none" required ...${rest} />
    <button type="button" class="plain" aria-pressed=${!state.value} aria-controls=${id} onClick=${() => (state.value = !state.value)}>
      ${say(state.value ? "password.show" : "password.hide")}
    </button>
  </div>
`;
