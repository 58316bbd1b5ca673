/** A code of six digits: pasted, filled in by the phone, or typed; the sixth digit sends it. */
import { say } from "/shared/language.js";
import { Button, Field, job } from "/shared/parts.js";
import { html, signal } from "/shared/ui.js";

const WAIT_S = 30;

/** What the sixth digit has sent of a field; whoever then presses Enter as well means the same. */
const sent = new WeakMap();
const digitsOf = ({ value }) => value.replaceAll(/[\s-]/g, "");

function sendWhenFull({ target }) {
  const digits = digitsOf(target);
  if (!/^\d{6}$/.test(digits)) return void sent.delete(target);
  if (sent.get(target) === digits) return;
  sent.set(target, digits);
  target.form.requestSubmit();
}

const onceIsEnough = (event) => event.key === "Enter" && sent.get(event.target) === digitsOf(event.target) && event.preventDefault();
const AT_ONCE = { onInput: sendWhenFull, onKeyDown: onceIsEnough };

export const CodeField = ({ name = "code", at_once = true, ...rest }) => html`
  <${Field} name=${name} class="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required ...${at_once && AT_ONCE} ...${rest} />
`;

/** Sending it again, after a wait: {job, seconds, close}. `sent`: when the last one went out, in ms. */
export function again(send, sent = Date.now()) {
  const left = () => Math.min(WAIT_S, Math.ceil((sent + WAIT_S * 1000 - Date.now()) / 1000));
  const seconds = signal(left());
  const timer = setInterval(() => (seconds.value = left()), 1000);
  const work = job(async () => {
    await send();
    sent = Date.now();
    seconds.value = left();
  });
  return { job: work, seconds, close: () => clearInterval(timer) };
}

export function Again({ of: more }) {
  const wait = more.seconds.value > 0;
  const words = wait ? say("code.again-in", { seconds: more.seconds.value }) : say("code.again");
  return html`<${Button} kind="plain" job=${more.job} disabled=${wait} onClick=${more.job.run}>${words}<//>`;
}
