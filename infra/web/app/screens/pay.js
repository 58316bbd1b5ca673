/** Paying begins with a code: seen by the camera, pasted as a link, or typed. */
import { mode } from "/app/me.js";
import { checkoutIn, storeIn } from "/app/paying.js";
import { openShop } from "/app/shop.js";
import { canScan, scan } from "/shared/scan.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Heading, Icon, job } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { html, signal } from "/shared/ui.js";

export function open({ query }) {
  if (query.store || query.merchant) return openShop(query);
  const wrong = signal(false);
  const looking = signal(false);
  const refused = signal(false);
  let stop = () => {};
  const goOn = (text) => {
    const [id, store] = [checkoutIn(text), storeIn(text)];
    wrong.value = !id && !store;
    if (id) go(`/pay/${id}`);
    else if (store) go(`/pay?store=${store}`);
    return Boolean(id || store);
  };
  const typed = job(({ code }) => goOn(code));
  const camera = job(async () => {
    looking.value = true;
    refused.value = false;
    await new Promise(requestAnimationFrame);
    try {
      stop = await scan(document.getElementById("camera"), goOn);
    } catch {
      looking.value = false;
      refused.value = true;
    }
  });
  return {
    title: () => say("pay.title"),
    view: () => html`<${Pay} typed=${typed} wrong=${wrong} camera=${camera} looking=${looking} refused=${refused} />`,
    close: () => stop(),
  };
}

const Pay = ({ typed, wrong, camera, looking, refused }) => html`
  <${Heading}>${say("pay.title")}<//>
  <p><a class="button main" href="#/code">${say("code.show")}</a></p>
  ${mode.value === "easy" && html`<p><a class="button secondary main" href="#/send"><${Icon} name="send" />${say("home.send")}</a></p>`}
  ${canScan() && html`
    <section class="card scan">
      <video id="camera" muted playsinline hidden=${!looking.value} aria-label=${say("pay.camera")}></video>
      ${!looking.value && html`<${Button} job=${camera} onClick=${camera.run}>${say("pay.scan")}<//>`}
      ${refused.value && html`<p class="note" role="status">${say("pay.no-camera")}</p>`}
    </section>`}
  <p>${say(canScan() ? "pay.or" : "pay.lead")}</p>
  <${Form} job=${typed}>
    <${Field} name="code" label=${say("pay.code")} hint=${say("pay.code.hint")} problem=${wrong.value ? say("pay.code.wrong") : ""} autocomplete="off" autocapitalize="none" spellcheck="false" required />
    <button class=${canScan() ? "secondary" : ""}>${say("pay.go-on")}</button>
  <//>
`;
