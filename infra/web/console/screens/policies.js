/** Packs of rules: in force and coming by area; a sealed one is tried on a month, then published. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { Bars, EVERY, howOf, limitOf, POLICIES, Standing, Timeline } from "/console/policies.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownMoment, shownMoney, shownNumber } from "/shared/language.js";
import { announce, Field, Form, Heading, job, Shown, Submit, Trouble, wrong } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const list = see(EVERY);
  const tried = signal(null);
  const trying = job(async ({ file, month }) => {
    tried.value = null;
    const sealed = await read(file);
    const found = await call("POST", `${POLICIES}/dry-runs`, { body: { ...sealed, ...(month && { month }) } });
    tried.value = { sealed, found };
    announce(say("console.policy.tried"));
  });
  const published = () => ((tried.value = null), lookAgain(POLICIES));
  return { title: () => say("console.policies"), view: () => html`
    <${Heading}>${say("console.policies")}<//>
    <p>${say("console.policies-what")}</p>
    <${Shown} of=${list}>${({ data }) => html`<${Packs} of=${data} />`}<//>
    ${may("policies.publish") && html`<${Upload} job=${trying} />`}
    ${tried.value && html`<${Tried} ...${tried.value} published=${published} />`}` };
}

/** {pack, signature?} of a file: as `seal` writes it, or a compiled pack alone. */
async function read(file) {
  const text = await file.text();
  try {
    const found = JSON.parse(text);
    return typeof found.pack === "string" ? { pack: found.pack, ...(found.signature && { signature: found.signature }) } : { pack: text.trim() };
  } catch (cause) {
    throw new Trouble("console.policy.unread", {}, cause);
  }
}

const Packs = ({ of: packs }) => html`
  <${Timeline} packs=${packs} now=${Date.now()} />
  <${Table} name="policies" title=${say("console.policies-all")} rows=${packs} id=${(row) => row.digest + row.id} columns=${COLUMNS} empty="" />
`;

const standsOn = (row) => say("console.policy.stands-on", { verified: row.verified, examples: row.examples });
const COLUMNS = [
  { key: "policy-pack", cell: (row) => html`<a class="id" href=${`#/policies/${row.id}`} data-stop>${row.id}</a>`, text: (row) => row.id },
  { key: "status", cell: (row) => html`<${Standing} of=${row.state} />`, text: (row) => row.state },
  { key: "policy-areas", cell: (row) => row.jurisdictions.slice(0, 4).join(" ") + (row.jurisdictions.length > 4 ? " …" : ""), text: (row) => row.jurisdictions.join(" ") },
  { key: "policy-from", cell: (row) => html`<${Moment} at=${row.effective_at} />`, text: (row) => row.effective_at },
  { key: "policy-until", cell: (row) => html`<${Moment} at=${row.ends_at} />`, text: (row) => row.ends_at ?? "" },
  { key: "policy-basis", cell: standsOn, text: standsOn },
  { key: "policy-origin", cell: (row) => say(`console.policy.origin.${row.origin}`), text: (row) => row.origin },
  { key: "policy-signer", cell: (row) => row.signer, text: (row) => row.signer },
];

const Upload = ({ job: trying }) => html`
  <h2>${say("console.policy.try")}</h2>
  <p>${say("console.policy.try-what")}</p>
  <${Form} job=${trying} class="upload" id="try">
    <${Field} name="file" type="file" accept=".json,application/json" label=${say("console.policy.file")} problem=${wrong(trying.problem.value, "pack") || wrong(trying.problem.value, "signature")} required />
    <${Field} name="month" label=${say("console.policy.month")} hint=${say("console.policy.month-about")} placeholder="2027-01" pattern="20[0-9]{2}-[01][0-9]" problem=${wrong(trying.problem.value, "month")} autocomplete="off" />
    <${Submit} job=${trying}>${say("console.policy.try")}<//>
  <//>
`;

const Tried = ({ sealed, found, published }) => html`
  <div class="tried">
    <h2>${say("console.policy.against", { new: found.new, old: found.old, month: found.month })}</h2>
    <p>${say("console.policy.seen", { movements: shownNumber(found.movements), people: shownNumber(found.people), volume: shownMoney(found.volume, found.currency) })}</p>
    ${!found.complete && html`<p class="note">${say("console.policy.not-all")} <code>${found.command} ${found.new}.yaml</code></p>`}
    ${found.rows.length > 0 && html`<${Bars} rows=${found.rows} />`}
    <${Table} name=${`dry-run-${found.new}`} title=${say("console.policy.result")} rows=${found.rows.map((row) => ({ ...row, currency: found.currency }))} id=${(row) => row.rule + row.how} columns=${RESULT} empty=${say("console.policy.nobody")} />
    ${found.signer ? html`<p class="deeds"><button type="button" class="danger" onClick=${() => publish(sealed, found, published)}>${say("console.policy.publish")}</button></p>` : html`<p class="note">${say("console.policy.unsigned")}</p>`}
  </div>
`;

const RESULT = [
  { key: "policy-limit", cell: limitOf, text: limitOf },
  { key: "policy-how", cell: howOf, text: howOf },
  { key: "policy-people", number: true, cell: (row) => shownNumber(row.people), text: (row) => row.people },
  { key: "policy-movements", number: true, cell: (row) => shownNumber(row.movements), text: (row) => row.movements },
  { key: "policy-volume", number: true, cell: (row) => shownMoney(row.volume, row.currency), text: (row) => major(row.volume, row.currency) },
  CURRENCY,
  { key: "policy-instances", cell: (row) => row.examples.map((id) => html`<${Id} key=${id} of=${id} short /> `), text: (row) => row.examples.join(" ") },
];

const publish = (sealed, { new: name, signer, rows }, published) =>
  ask({
    title: say("console.policy.publish"),
    what: say("console.policy.publish-what", { name, signer, rules: rows.length, when: shownMoment(JSON.parse(sealed.pack).effective_at) }),
    plain: true,
    word: name,
    go: say("console.policy.publish"),
    done: say("console.policy.published"),
    act: async () => {
      await call("POST", POLICIES, { body: sealed });
      await published();
    },
  });
