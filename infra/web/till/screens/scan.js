/** The customer's code: by a hand scanner, which types it, by the camera, or by hand. */
import { note, unnote } from "/till/noted.js";
import { charge, shownSum } from "/till/sales.js";
import { newKey, reachable } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Heading, job, Up } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { canScan, scan } from "/shared/scan.js";
import { html, signal } from "/shared/ui.js";

const CODE = /^\d{18}$/;
/** The code in what was scanned or typed; null if there is none. */
const codeIn = (text) => (CODE.test(text.replaceAll(/\s/g, "")) ? text.replaceAll(/\s/g, "") : null);

export function open({ query }) {
  const sale = { amount: Number(query.amount), currency: query.currency, reference: query.reference };
  const form = newKey();
  const [wrong, looking, refused] = [signal(false), signal(false), signal(false)];
  let stop = () => {};
  const goOn = (text) => {
    const code = codeIn(text);
    wrong.value = !code;
    if (!code) return false;
    goInstead(`/charges/${charge({ ...sale, code, form, again: query.again === "1" })}`);
    if (query.noted) unnote(query.noted);
    return true;
  };
  const typed = job(({ code }) => void goOn(code));
  const camera = job(async () => {
    [looking.value, refused.value] = [true, false];
    await new Promise(requestAnimationFrame);
    try {
      stop = await scan(document.getElementById("camera"), goOn);
    } catch {
      [looking.value, refused.value] = [false, true];
    }
  });
  const focus = setTimeout(() => document.getElementById("code")?.focus(), 100);
  const view = () => html`<${Scan} sale=${sale} of=${{ typed, wrong, camera, looking, refused, goOn }} />`;
  return { title: () => say("till.scan.title", { amount: shownSum(sale) }), view, close: () => (clearTimeout(focus), stop()) };
}

const Scan = ({ sale, of: { typed, wrong, camera, looking, refused, goOn } }) => html`
  <${Up} path="/">${say("till.another-amount")}<//>
  <${Heading}>${say("till.scan.title", { amount: shownSum(sale) })}<//>
  ${!reachable.value && html`
    <div class="note" role="status"><p>${say("till.scan.offline")}</p></div>
    <p><button type="button" class="secondary wide" onClick=${() => (note(sale), goInstead("/queue"))}>${say("till.scan.note")}</button></p>`}
  ${canScan() && html`
    <section class="card scan">
      <video id="camera" muted playsinline hidden=${!looking.value} aria-label=${say("till.scan.camera")}></video>
      ${!looking.value && html`<${Button} job=${camera} onClick=${camera.run}>${say("till.scan.look")}<//>`}
      ${refused.value && html`<p class="note" role="status">${say("till.scan.no-camera")}</p>`}
    </section>`}
  <${Form} job=${typed}>
    <${Field} name="code" label=${say("till.scan.code")} hint=${say("till.scan.hint")} problem=${wrong.value ? say("till.scan.wrong") : ""} class="code" inputmode="numeric" autocomplete="off" maxlength="30" onInput=${({ target }) => codeIn(target.value) && goOn(target.value)} required />
    <button>${say("till.scan.go")}</button>
  <//>
  <p><small>${say("till.reference", { reference: sale.reference })}</small></p>
`;
