/** One document: what is printed on it, and its pictures. */
import { handingIn, TYPES } from "/app/handing-in.js";
import { me } from "/app/me.js";
import { regions } from "/app/regions.js";
import { language, say } from "/shared/language.js";
import { Field, Form, Heading, Shown, Submit, Up, announce, job, wrong } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { html } from "/shared/ui.js";

const today = () => new Date().toISOString().slice(0, 10);

export function open({ params: { kind } }) {
  const send = handingIn(kind);
  const mine = me();
  const work = job(async ({ images: _, expires_on, ...said }) => {
    await send({ ...said, ...(expires_on ? { expires_on } : {}) }, [...document.getElementById("images").files]);
    announce(say("verification.sent"), true);
    goInstead("/me/verification");
  });
  return { title: () => say(`verification.add.${kind}`), view: () => html`<${HandIn} kind=${kind} mine=${mine} work=${work} />` };
}

const HandIn = ({ kind, mine, work }) => html`
  <${Up} path="/me/verification">${say("verification.title")}<//>
  <${Heading}>${say(`verification.add.${kind}`)}<//>
  <p>${say(`verification.what.${kind}`)}</p>
  <${Shown} of=${mine}>${({ jurisdiction }) => html`
    <${Form} job=${work}>
      <${Country} at=${jurisdiction} />
      <${Said} name="number" work=${work} hint=${say(`verification.number.${kind}`)} autocapitalize="characters" maxlength="32" />
      <${Said} name="full_name" work=${work} hint=${say("verification.full_name-hint")} autocomplete="name" maxlength="128" />
      <${Said} name="born_on" work=${work} type="date" min="1900-01-01" max=${today()} autocomplete="bday" />
      ${kind === "identity-document" && html`<${Said} name="expires_on" work=${work} type="date" min=${today()} max="2200-01-01" />`}
      <${Said} name="images" work=${work} hint=${say("verification.images-hint")} type="file" accept=${TYPES.join(",")} multiple />
      <p><small>${say("verification.kept")}</small></p>
      <${Submit} job=${work} kind="main">${say("verification.send")}<//>
    <//>`}<//>
`;

const Said = ({ name, work, ...input }) => html`
  <${Field} name=${name} label=${say(`verification.${name}`)} problem=${wrong(work.problem.value, name)} autocomplete="off" required ...${input} />
`;

const Country = ({ at }) => html`
  <label class="field" for="country">
    <span>${say("verification.country")}</span>
    <select id="country" name="country">${regions(language.value).map(({ code, name }) => html`<option key=${code} value=${code} selected=${code === at}>${name}</option>`)}</select>
  </label>
`;
