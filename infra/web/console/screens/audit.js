/** The audit log: who did what to whom and why, newest first; and as a file that shows whether it was changed. */
import { save } from "/console/csv.js";
import { may } from "/console/may.js";
import { CONTACT } from "/console/finding.js";
import { ID, Id, Moment, what } from "/console/show.js";
import { PagedTable } from "/console/table.js";
import { language, say, sayOr, shownMoney } from "/shared/language.js";
import { Button, Field, Form, Heading, job, pages, Problem, Submit, Trouble } from "/shared/parts.js";
import { good, Refused, send } from "/shared/door.js";
import { goInstead } from "/shared/router.js";
import { call, get, session } from "/shared/session.js";
import { html } from "/shared/ui.js";

const FILTERS = ["actor", "subject", "action"];
/** Whatever the log tells of: things, and what was done to them. */
const DEEDS = {
  access: ["factor_paused", "frozen", "funding_method_added", "funding_method_removed", "others_signed_out", "passkey_added", "passkey_removed", "password_paused", "pin_paused", "pin_set", "recovery_codes", "signed_out_everywhere", "thawed", "thawed_but_ours", "totp_off", "totp_on"],
  account: ["delete", "erase", "open", "restore", "see", "see-entries"],
  adjustment: ["approve", "decline", "propose"],
  "audit-log": ["export"],
  backup: ["approve-giving-back", "ask", "decline-giving-back", "drill", "propose-giving-back"],
  case: ["resolve", "take"],
  coupon: ["issue", "make_template", "stop_template"],
  bonus: ["make_offer", "stop_offer"],
  points: ["end_reward", "end_rule", "make_programme", "make_reward", "make_rule", "stop_programme"],
  dispute: ["decide"],
  credit: ["write-off"],
  guardian: ["accept"],
  identifier: ["change"],
  incident: ["change", "open", "take", "search-affected", "see-affected", "notify-affected", "propose-compensation", "approve-compensation", "decline-compensation"],
  maintenance: ["cancel", "schedule"],
  merchant: ["accept_role", "agree_payouts", "begin_till", "categorise", "change_business", "change_endpoint", "change_staff", "change_store", "end_till", "forget_staff", "invite_staff", "join", "make_endpoint", "make_key", "make_store", "offer_card", "pay_out", "redeliver", "refuse", "remove_endpoint", "reveal", "revoke_key", "revoke_staff", "rotate_endpoint", "rotate_key", "test_endpoint", "turn_return", "verify", "withdraw_card"],
  movement: ["see"],
  operator: ["appoint"],
  order: ["find"],
  page: ["acknowledge"],
  password: ["reset"],
  person: ["decide-document", "end-sessions", "find", "lapse", "refuse-document", "reveal", "see", "see-documents", "verify", "put-at-risk"],
  reconciliation: ["ask"],
  policy: ["publish", "withdraw"],
  report: ["change", "delete", "import", "remove-import", "restore", "save"],
  review: ["ask"],
  screening: ["decide", "see"],
  session: ["begin", "replayed", "revoke"],
  shift: ["add", "remove"],
  "sign-in": ["lock"],
  statement: ["import"],
  wallet: ["freeze", "hold", "keep", "lift"],
  "risk-rule": ["change"],
  "risk-score": ["decide"],
};
/** Who and what is in the log by a word or a day instead of an id. */
const WORDS = { actor: /^(sweep|bootstrap)$/, subject: /^(\d{4}-\d\d-\d\d|[a-z][a-z-]*)$/ };
const DAY_MS = 86_400_000;

export function open({ query }) {
  const wanted = Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
  const list = pages((cursor) => get(`/v1/audit-log?${new URLSearchParams({ limit: 50, ...wanted, ...(cursor ? { cursor } : {}) })}`));
  const give = job(async () => {
    await get("/v1/me/permissions");
    const until = new Date(Date.now() - 90_000);
    const body = { from: new Date(until - 7 * DAY_MS).toISOString(), to: until.toISOString(), format: "csv", ...wanted };
    const answer = await send("POST", "/v1/audit-log/exports", { token: session.value.access_token, body });
    good(answer);
    save("audit-log.csv", answer.text);
  });
  const narrow = job(filter);
  return { title: () => say("console.audit"), view: () => html`<${Audit} list=${list} wanted=${wanted} give=${give} narrow=${narrow} />` };
}

const Audit = ({ list, wanted, give, narrow }) => html`
  <${Heading}>${say("console.audit")}<//>
  <${Form} key=${Object.values(wanted).join(" ")} job=${narrow} class="filters">
    <${Field} name="actor" label=${say("console.actor")} hint=${say("console.who-about")} problem=${unnamed(narrow, "actor")} defaultValue=${wanted.actor ?? ""} autocomplete="off" />
    <${Field} name="subject" label=${say("console.subject")} hint=${say("console.whom-about")} problem=${unnamed(narrow, "subject")} defaultValue=${wanted.subject ?? ""} autocomplete="off" />
    <label class="field" for="action"><span>${say("console.action")}</span>
      <select id="action" name="action">${["", ...actions()].map((one) => html`<option key=${one} value=${one} selected=${one === (wanted.action ?? "")}>${one ? say(`console.did.${one}`) : say("console.all-actions")}</option>`)}</select>
    </label>
    <${Submit} job=${narrow}>${say("console.filter")}<//>
  <//>
  <${Problem} of=${give.problem.value} />
  <${PagedTable} of=${list} name="audit-log-shown" title=${say("console.last-week")} columns=${COLUMNS} empty=${say("console.nothing-yet")}
    tools=${may("audit-log.export") && html`<${Button} kind="plain" job=${give} onClick=${() => give.run()}>${say("console.export-chained")}<//>`} />
`;

/** By their sentences. */
const actions = () => Object.entries(DEEDS).flatMap(([thing, deeds]) => deeds.map((deed) => `${thing}.${deed}`)).sort((one, other) => say(`console.did.${one}`).localeCompare(say(`console.did.${other}`), language.value));

const COLUMNS = [
  { key: "at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "actor", cell: (row) => html`<${Id} of=${row.actor} short /><br /><small class="id">${row.source}</small>`, text: (row) => row.actor },
  { key: "action", wide: true, cell: (row) => html`<span title=${row.action}>${sayOr(`console.did.${row.action}`, row.action)}</span><br /><small>${worded(row.facts)}</small>`, text: (row) => row.action },
  { key: "subject", cell: (row) => html`<${Id} of=${row.subject} short data-stop />`, text: (row) => row.subject },
  { key: "reason", wide: true, cell: (row) => row.reason, text: (row) => row.reason },
  { key: "facts", text: (row) => said(row.facts, " ") },
  { key: "source", text: (row) => row.source },
  { key: "intact", cell: (row) => say(row.intact ? "console.yes" : "console.changed"), text: (row) => String(row.intact) },
];

/** In a file by the names of the API, on the screen in words. */
const said = (facts, between) => Object.entries(facts).map((pair) => pair.join("=")).join(between);
const worded = (facts) => Object.entries(facts).map(([name, value]) => `${sayOr(`console.fact.${name}`, name)}: ${fact(name, value, facts)}`).join(" · ");

/** Facts that are amounts, in the currency that stands beside them. */
const AMOUNTS = ["amount", "minimum", "reserve"];

function fact(name, value, { currency }) {
  if (AMOUNTS.includes(name) && currency) return shownMoney(Number(value), currency);
  if (name === "role") return sayOr(`console.role.${value}`, value);
  if (name === "state") return sayOr(`console.state.${value}`, value);
  return ["direction", "severity"].includes(name) ? what(value) : value;
}

/** Names are ids in the log: whoever is named otherwise is looked up first. */
async function filter(typed) {
  const [actor, subject] = await Promise.all(["actor", "subject"].map((name) => named(name, typed[name].trim())));
  const given = Object.entries({ actor, subject, action: typed.action }).filter(([, value]) => value);
  goInstead(`/audit?${new URLSearchParams(given)}`);
}

async function named(field, text) {
  if (!text || ID.test(text) || WORDS[field].test(text)) return text;
  if (!CONTACT.test(text)) throw new Trouble("console.who-wrong", { field });
  try {
    return (await call("POST", "/v1/people/searches", { body: { identifier: text } })).id;
  } catch (problem) {
    throw problem instanceof Refused && problem.answer.status === 404 ? new Trouble("console.who-nobody", { field }, problem) : problem;
  }
}

const unnamed = ({ problem: { value } }, field) => (value instanceof Trouble && value.params.field === field ? say(`${value.key}.title`) : "");
