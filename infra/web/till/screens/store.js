/** The code for a store's counter, to be printed: whoever scans it types the amount themselves. */
import { say } from "/shared/language.js";
import { Heading, Shown, Up } from "/shared/parts.js";
import { drawn, Qr } from "/shared/qr.js";
import { see } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

export function open({ params: { id } }) {
  const store = see(`/v1/stores/${id}`);
  const qr = signal(null);
  void drawn(`${location.origin}/store/${id}`).then((made) => (qr.value = made));
  const title = () => say("office.store-code");
  return { title, view: () => html`
    <${Up} path="/more">${say("more.title")}<//>
    <${Shown} of=${store}>${(data) => html`
      <section class="card till poster">
        <${Heading}>${data.name}<//>
        ${data.name !== data.merchant_name && html`<p>${data.merchant_name}</p>`}
        ${qr.value && html`<${Qr} of=${qr.value} label=${say("office.store-code-label", { name: data.name })} />`}
        <p>${say("office.store-code-lead")}</p>
      </section>
      <p class="unprinted"><button type="button" class="wide" onClick=${() => print()}>${say("office.print")}</button></p>`}<//>
  ` };
}
