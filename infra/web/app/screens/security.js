/** The security centre: how much is done, what would help most next, everything there is, and the brake. */
import { freezing, isFrozen, isMine, Unready } from "/app/freezing.js";
import { me, wallets } from "/app/me.js";
import { Row, Rows } from "/app/rows.js";
import { pinAbout, sessions, steps } from "/app/security.js";
import { say } from "/shared/language.js";
import { Button, Heading, Problem, Up, Waiting } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const of = { done: steps(), person: me(), mine: wallets(), devices: sessions(), freeze: freezing() };
  return { title: () => say("security.title"), view: () => html`<${Security} ...${of} />` };
}

const Security = ({ done, person, mine, devices, freeze }) => html`
  <${Up} path="/me">${say("security.up")}<//>
  <${Heading}>${say("security.title")}<//>
  <${Progress} ...${done()} />
  <${Brake} person=${person} mine=${mine} freeze=${freeze} />
  <h2>${say("security.entering")}</h2>
  <${Rows} label=${say("security.entering")}>
    <${Row} path="/security/passkeys" icon="key" title=${say("passkeys.title")} about=${say("passkeys.about")} />
    <${Row} path="/security/authenticator" icon="phone" title=${say("authenticator.title")} about=${say("authenticator.about")} />
    <${Row} path="/security/recovery-codes" icon="list" title=${say("codes.title")} about=${say("codes.about")} />
    <${Row} path="/security/devices" icon="devices" title=${say("devices.title")} about=${say("devices.about")} count=${devices.value.data?.data.length} />
    <${Row} path="/security/contacts" icon="letter" title=${say("contacts.title")} about=${say("contacts.about")} />
  <//>
  <h2>${say("security.paying")}</h2>
  <${Rows} label=${say("security.paying")}>
    <${Row} path="/security/pin" icon="digits" title=${say("pin.title")} about=${pinAbout(person)} />
    <${Row} path="/withdraw/ways" icon="out" title=${say("security.ways")} about=${say("security.ways-about")} />
    <${Row} path="/security/freeze" icon="stop" title=${say("freeze.title")} about=${say("freeze.about")} />
    <${Row} path="/security/phrase" icon="words" title=${say("phrase.title")} about=${say("phrase.about")} />
    <${Row} path="/security/education" icon="warning" title=${say("education.title")} about=${say("education.about")} />
  <//>
  <h2>${say("security.working")}</h2>
  <${Rows} label=${say("security.working")}><${Row} path="/security/work" icon="people" title=${say("work.title")} about=${say("work.about")} /><//>
  <h2>${say("security.data")}</h2>
  <${Rows} label=${say("security.data")}>
    <${Row} path="/security/trash" icon="again" title=${say("trash.title")} about=${say("trash.about")} />
    <${Row} path="/security/export" icon="archive" title=${say("export.title")} about=${say("export.about")} />
    <${Row} path="/security/consents" icon="paper" title=${say("consents.title")} about=${say("consents.about")} />
    <${Row} path="/security/delete" icon="bin" title=${say("delete.title")} about=${say("delete.about")} />
  <//>
`;

function Progress({ all, problem }) {
  if (problem) return html`<${Problem} of=${problem} />`;
  if (!all) return html`<${Waiting} />`;
  const done = all.filter((one) => one.done).length;
  const next = all.find((one) => !one.done);
  return html`
    <section class="card steps" aria-labelledby="steps-title">
      <h2 id="steps-title">${say("security.progress", { done, all: all.length })}</h2>
      <progress value=${done} max=${all.length} aria-labelledby="steps-title"></progress>
      <ul>${all.map(({ name, done: yes }) => html`<li key=${name} data-done=${yes}><span aria-hidden="true">${yes ? "✓" : "○"}</span> ${say(`step.${name}`)}<span class="unseen">${say(yes ? "step.done" : "step.open")}</span></li>`)}</ul>
      ${next ? html`<p>${say(`step.${next.name}.why`)}</p><a class="button wide" href=${`#/security/${next.path}`}>${say(`step.${next.name}.go`)}</a>` : html`<p>${say("security.all-done")}</p>`}
    </section>
  `;
}

const Brake = ({ person, mine, freeze }) => isFrozen(mine)
  ? html`<p class="note" role="status">${say(isMine(mine) ? "freeze.on" : "freeze.theirs")} <a href="#/security/freeze">${say("freeze.see")}</a></p>`
  : html`
    <${Unready} person=${person} />
    <p><${Button} kind="danger wide" job=${freeze.stop} onClick=${freeze.stop.run}>${say("freeze.now")}<//></p>
    <${Problem} of=${freeze.stop.problem.value} />
  `;
