/** A person, masked: their wallets and devices, and what may be done for them with a reason. */
import { ask } from "/console/ask.js";
import { Credit, creditOf } from "/console/credit.js";
import { may } from "/console/may.js";
import { Facts, Id, major, Moment, State } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoney, shownNumber } from "/shared/language.js";
import { Heading, Shown, Waiting } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { effect, html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id } }) {
  const person = see(`/v1/people/${id}`);
  const [clear, wallets, credit] = [signal({}), signal([]), signal(null)];
  const stop = effect(() => {
    const data = person.value.data;
    if (data && may("credit.see") && !credit.peek()) credit.value = untracked(() => creditOf(id));
    if (data && may("accounts.see") && wallets.peek().length === 0) wallets.value = untracked(() => data.wallets.map((one) => see(`/v1/accounts/${one}`)));
  });
  return { title: () => say("console.person"), view: () => html`<${Heading}>${say("console.person")}<//><${Shown} of=${person}>${(data) => html`<${Person} of=${data} clear=${clear} wallets=${wallets.value} credit=${credit.value} />`}<//>`, close: stop };
}

const Person = ({ of: person, clear, wallets, credit }) => html`
  <p class="summary"><span class="big">${clear.value.display_name ?? person.display_name}</span></p>
  <${Facts} of=${[
    ["id", html`<${Id} of=${person.id} />`],
    ["display_name", html`<${Masked} person=${person} field="display_name" clear=${clear} />`],
    ["identifier", html`<${Masked} person=${person} field="identifier" clear=${clear} />`],
    ["locale", person.locale],
    ["jurisdiction", person.jurisdiction],
    ["tier", String(person.tier)],
    ["role", person.role && html`<a href="#/operators" data-stop>${say(`console.role.${person.role}`)}</a>`],
    ["sessions", shownNumber(person.sessions)],
    ["created_at", html`<${Moment} at=${person.created_at} />`],
  ]} />
  <p class="deeds">
    ${may("people.verify") && html`<a href=${`#/people/${person.id}/documents`}>${say("verify.see")}</a>`}
    ${may("people.end-sessions") && html`<button type="button" class="danger" onClick=${() => endSessions(person)}>${say("console.end-sessions")}</button>`}
    ${may("operators.appoint") && !person.role && html`<button type="button" class="secondary" onClick=${() => appoint(person)}>${say("console.appoint")}</button>`}
  </p>
  ${may("accounts.see") && html`<${Wallets} of=${wallets} />`}
  ${credit && html`<h2>${say("lending.title")}</h2><${Credit} of=${credit} />`}
`;

const Masked = ({ person, field, clear }) => html`
  ${clear.value[field] ?? person[field]}
  ${may("people.reveal") && clear.value[field] === undefined && html` <button type="button" class="plain" data-stop onClick=${() => reveal(person, field, clear)}>${say("console.reveal")}</button>`}
`;

function Wallets({ of: wallets }) {
  const found = wallets.map((one) => one.value.data).filter(Boolean);
  if (wallets.length === 0 || found.length < wallets.length) return html`<${Waiting} />`;
  return html`<${Table} name="wallets" title=${say("console.wallets")} rows=${found} columns=${COLUMNS} empty="" />`;
}

const COLUMNS = [
  { key: "id", cell: (row) => html`<${Id} of=${row.id} data-stop />`, text: (row) => row.id },
  { key: "status", cell: (row) => html`<${State} of=${row.status} />`, text: (row) => row.status },
  { key: "available", number: true, cell: (row) => shownMoney(row.available, row.currency), text: (row) => major(row.available, row.currency) },
  { key: "held", number: true, cell: (row) => shownMoney(row.held, row.currency), text: (row) => major(row.held, row.currency) },
  { key: "currency", cell: (row) => row.currency, text: (row) => row.currency },
];

const reveal = (person, field, clear) =>
  ask({
    title: say("console.reveal"),
    what: say("console.reveal-what", { field: say(`console.${field}`) }),
    go: say("console.reveal"),
    act: async ({ reason }) => {
      const { value } = await call("POST", `/v1/people/${person.id}/reveals`, { body: { field, reason } });
      clear.value = { ...clear.value, [field]: value };
    },
  });

const endSessions = (person) =>
  ask({
    title: say("console.end-sessions"),
    what: say("console.end-sessions-what"),
    word: say("console.word.end"),
    go: say("console.end-sessions"),
    done: say("console.sessions-ended"),
    act: async ({ reason }) => {
      await call("POST", `/v1/people/${person.id}/sessions/end`, { body: { reason } });
      await lookAgain(`/v1/people/${person.id}`);
    },
  });

const appoint = (person) =>
  ask({
    title: say("console.appoint"),
    what: say("console.appoint-what"),
    fields: () => html`<label class="field" for="role"><span>${say("console.role")}</span><select id="role" name="role">${["support", "finance", "risk", "auditor", "admin"].map((one) => html`<option key=${one} value=${one}>${say(`console.role.${one}`)}</option>`)}</select></label>`,
    word: say("console.word.appoint"),
    go: say("console.appoint"),
    done: say("console.appointed"),
    act: async ({ role, reason }) => {
      await call("POST", "/v1/operators", { body: { person_id: person.id, role, reason } });
      await lookAgain(`/v1/people/${person.id}`);
    },
  });
