/** What is around every screen: brand, languages, the way into the wallet. */
import { brandHelp, brandLogo, brandName } from "/shared/brand.js";
import { say } from "/shared/language.js";
import { Announcer, Screen, Tongues } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const Frame = () => html`
  <div class="public">
    <a class="skip" href="#main" onClick=${skip}>${say("shared.skip")}</a>
    <header>
      <a class="brand" href="#/"><img src=${brandLogo()} alt="" width="28" height="28" />${brandName()} <small>${say("board.name")}</small></a>
      <${Tongues} />
    </header>
    <main id="main" tabindex="-1"><${Screen} /></main>
    <footer><a href="/app/">${say("board.wallet", { name: brandName() })}</a><${Help} ...${brandHelp()} /></footer>
  </div>
  <${Announcer} />
`;

const Help = ({ email }) => email && html`<a href=${`mailto:${email}`}>${email}</a>`;

function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}
