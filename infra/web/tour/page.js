/** The whole page: head, phone, acts, trip and ledger. */
import { NAMES, outcomes, play, running } from "./acts.js";
import { reachable, wallet } from "./feed.js";
import { LANGUAGES, choose, language, say } from "/shared/language.js";
import { Ledger } from "./ledger.js";
import { Phone } from "./phone.js";
import { Picture } from "./picture.js";
import { trip } from "./trip.js";
import { html } from "/shared/ui.js";

const NATIVE = { en: "English", zh: "中文" };

export const Page = () => html`
  <a class="skip" href="#acts">${say("page.skip")}</a>
  <header class="head">
    <p class="brand"><img src="/favicon.svg" alt="" width="28" height="28" /> Coffer</p>
    <nav>
      <a href="/docs">${say("page.docs")}</a>
      <div class="languages" role="group" aria-label=${say("page.language")}>
        ${LANGUAGES.map((one) => html`<button type="button" lang=${one} aria-pressed=${one === language.value} onClick=${() => choose(one)}>${NATIVE[one]}</button>`)}
      </div>
    </nav>
  </header>
  <main>
    <section class="lead">
      <h1>${say("page.lead")}</h1>
      <p>${say("page.sub")}</p>
    </section>
    <section class="acts" id="acts" tabindex="-1" aria-label=${say("page.acts")}>
      <ol>${NAMES.map((name) => html`<${Act} key=${name} name=${name} />`)}</ol>
    </section>
    <div class="stage">
      <${Picture} wide=${true} />
      <${Phone} />
      <${Ledger} />
    </div>
  </main>
  <${Weather} />
  <footer><p>${say("page.foot")}</p></footer>
`;

/** What keeps the tour from working, if anything. */
const Weather = () => {
  const trouble = reachable.value ? (wallet.value ? "" : "page.loading") : "page.unreachable";
  return html`<p class="weather" role="status" hidden=${!trouble}>${trouble && say(trouble)}</p>`;
};

function Act({ name }) {
  const outcome = outcomes.value[name];
  const busy = running.value === name;
  const doing = busy ? "act.running" : outcome ? "act.again" : "act.play";
  return html`
    <li class="act" data-act=${name} data-busy=${busy} data-tone=${outcome?.tone ?? "none"}>
      <button type="button" onClick=${() => play(name)} aria-disabled=${!wallet.value || Boolean(running.value)} aria-describedby=${`${name}-stake`}>
        <span class="title">${say(`${name}.title`)}</span>
        <span class="doing">${say(doing)}</span>
      </button>
      <p class="stake" id=${`${name}-stake`}>${say(`${name}.stake`)}</p>
      ${trip.value.act === name && html`<${Picture} />`}
      <div role="status">${outcome && !busy && html`<${Outcome} ...${outcome} />`}</div>
    </li>
  `;
}

const Outcome = ({ tone, told, params, proof }) => html`
  <p class="happened" data-tone=${tone}>${say(told, params)}</p>
  ${proof.length > 0 && html`<details><summary>${say("act.proof")}</summary>${proof.map((text) => html`<pre tabindex="0">${text}</pre>`)}</details>`}
`;
