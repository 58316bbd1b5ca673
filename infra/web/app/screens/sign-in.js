/** Signing in: with a password and what else is asked for, or with a passkey alone. */
import { ask, device, wrongField } from "/app/entering.js";
import { Password, hidden } from "/app/password.js";
import { SecondFactor, secondFactor } from "/app/second-factor.js";
import { say } from "/shared/language.js";
import { Button, Field, Form, Heading, Problem, Submit, job } from "/shared/parts.js";
import { passkeysHere, signed, stopSuggesting, suggested } from "/shared/passkeys.js";
import { go } from "/shared/router.js";
import { ended, enter } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

/** A challenge is good for five minutes; suggestions are renewed before. */
const RENEWED_MS = 240_000;

export function open({ query }) {
  const second = signal(null);
  const password = job(async ({ identifier, password }) => {
    const answer = await ask("/v1/sessions", { identifier, password, ...device() });
    if (!answer.challenge) return enter(answer);
    stop();
    second.value = secondFactor(answer, () => (second.value = null));
  });
  const passkey = job(async () => {
    await stopSuggesting();
    const credential = await signed(await options());
    if (credential) await enterBy(credential);
  });
  const stop = suggest(passkey);
  const of = { second, password, passkey, show: hidden(), name: query.name ?? "" };
  return { title: () => say("sign-in.title"), view: () => html`<${SignIn} ...${of} />`, close: stop };
}

const options = async () => (await ask("/v1/sessions/passkey/options")).options;
const enterBy = async (credential) => enter(await ask("/v1/sessions/passkey", { credential, ...device() }));

/** The browser offers passkeys among its suggestions for the name, unless the person has gone on meanwhile. */
function suggest(passkey) {
  let over = false;
  const wanted = async () => {
    const found = await options();
    if (over || passkey.busy.peek()) throw new Error("not wanted any more");
    return found;
  };
  const offer = async () => {
    const credential = await suggested(wanted);
    if (credential && !passkey.busy.peek()) await enterBy(credential).catch((problem) => (passkey.problem.value = problem));
  };
  const begin = setTimeout(offer, 300);
  const renew = setInterval(offer, RENEWED_MS);
  return () => {
    over = true;
    clearTimeout(begin);
    clearInterval(renew);
    void stopSuggesting();
  };
}

const SignIn = ({ second, ...rest }) => (second.value ? html`<${SecondFactor} of=${second.value} />` : html`<${First} ...${rest} />`);

/** Whoever typed their name need not type it again. */
function keepName(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const name = document.getElementById("identifier").value.trim();
  go(`/recover${name && `?name=${encodeURIComponent(name)}`}`);
}

const isStuck = (problem) => ["invalid-credentials", "too-many-requests"].includes(problem?.answer?.body?.code);

const First = ({ password, passkey, show, name }) => html`
  <${Heading}>${say("sign-in.title")}<//>
  ${ended.value && html`<p class="note" role="status">${say(`sign-in.${ended.value}`)}</p>`}
  <${Form} key="password" job=${password}>
    <${Field} name="identifier" label=${say("sign-in.identifier")} defaultValue=${name} problem=${wrongField(password.problem.value, "identifier")} autocomplete="username webauthn" inputmode="email" autocapitalize="none" spellcheck="false" required />
    <${Password} of=${show} label=${say("sign-in.password")} autocomplete="current-password" />
    <${Submit} job=${password}>${say("sign-in.go")}<//>
  <//>
  ${passkeysHere() && html`
    <p class="or">${say("sign-in.or")}</p>
    <${Button} kind="secondary wide" job=${passkey} onClick=${passkey.run}>${say("sign-in.passkey")}<//>
    <${Problem} of=${passkey.problem.value} />`}
  ${isStuck(password.problem.value) && html`<p class="note">${say("sign-in.stuck")}</p>`}
  <ul class="ways" aria-label=${say("sign-in.other")}>
    <li><a href="#/recover" onClick=${keepName}>${say("sign-in.forgot")}</a></li>
    <li><a href="#/sign-up">${say("welcome.sign-up")}</a></li>
    <li><a href="#/restore">${say("sign-in.restore")}</a></li>
  </ul>
`;
