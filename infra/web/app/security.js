/** What a person has set up, and the furniture of the screens of the security centre. */
import { large, me, preferences } from "/app/me.js";
import { say, shownMoment } from "/shared/language.js";
import { Button, Dialog, Heading, Problem, Up } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { newHere, renew } from "/shared/session.js";
import { html } from "/shared/ui.js";

/** How long the API takes a device for new, from signing in. */
const NEW_MS = 86_400_000;

export const codesLeft = () => see("/v1/me/recovery-codes");
export const passkeys = () => see("/v1/me/passkeys");
export const sessions = () => see("/v1/sessions?limit=100");
export const contacts = () => see("/v1/me/identifiers");

/** The four things that keep a wallet safe, the most useful first: {all: [{name, path, done}]}, or {problem} of asking. */
export function steps() {
  const asked = [me(), codesLeft(), preferences()];
  const [person, codes, wishes] = asked;
  return () => {
    const unknown = asked.filter((one) => one.value.data === null);
    if (unknown.length > 0) return { problem: unknown.find((one) => one.value.problem)?.value.problem };
    const { ways } = person.value.data;
    const all = [
      { name: "factor", path: ways.includes("totp") ? "authenticator" : "passkeys", done: ways.includes("passkey") || ways.includes("totp") },
      { name: "codes", path: "recovery-codes", done: codes.value.data.left > 0 },
      { name: "pin", path: "pin", done: ways.includes("pin") },
      { name: "phrase", path: "phrase", done: wishes.value.data.phrase !== "" },
    ];
    return { all };
  };
}

/** What the payment PIN is for, with the figure once it is known. */
export function pinAbout(person) {
  const amount = large(person, "step_up_above");
  return amount ? say("pin.about-above", { amount }) : say("pin.about");
}

/** After a factor came or went: the tokens say so, and so does everything shown. */
export async function changed() {
  await renew().catch(() => {});
  await lookAgain("/v1/me");
}

export const Titled = ({ title, children, path = "/security", up = say("security.title") }) => html`
  <${Up} path=${path}>${up}<//>
  <${Heading}>${title}<//>
  ${children && html`<p>${children}</p>`}
`;

/** For `Settled`: since when this device is signed in, where that matters. */
export const settling = () => (newHere.peek() ? sessions() : null);

/** A form that sets up a way to confirm. Where it would be their first one and be refused, from when on it is not. */
export function Settled({ of: devices, ways, children }) {
  if (!newHere.value || ways.length > 0) return children;
  const here = devices?.value.data?.data.find((one) => one.current);
  const until = here && shownMoment(Date.parse(here.created_at) + NEW_MS);
  return html`<p class="note" role="status">${until ? say("security.new-here-until", { at: until }) : say("security.new-here")}</p>`;
}

/** Asks once more before something that is hard to take back. */
export const Sure = ({ title, text, go, job, onYes, onNo, children }) => html`
  <${Dialog} title=${title} onClose=${onNo}>
    <p>${text}</p>
    ${children}
    <${Problem} of=${job.problem.value} />
    <${Button} kind="danger" job=${job} onClick=${onYes}>${go}<//>
    <button type="button" class="secondary" onClick=${onNo}>${say("shared.cancel")}</button>
  <//>
`;
