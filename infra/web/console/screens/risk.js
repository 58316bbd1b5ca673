/** Risk: what the rules found, why, what was done, and what a person says of it; the rules, and trials of them. */
import { ask } from "/console/ask.js";
import { may } from "/console/may.js";
import { CURRENCY, Id, major, Moment } from "/console/show.js";
import { PagedTable, Table } from "/console/table.js";
import { say, shownMoney } from "/shared/language.js";
import { Button, Heading, job, pages, Problem } from "/shared/parts.js";
import { call, get } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const LABELS = ["legitimate", "fraud", "unsure"];
const MODES = ["on", "shadow", "off"];
const TRIED_DAYS = 30;
const DAY_MS = 86_400_000;

const listOf = (path) => (cursor) => get(`${path}${path.includes("?") ? "&" : "?"}limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
const scores = (state) => pages(listOf(`/v1/risk/scores?state=${state}`));

export function open() {
  const lists = { open: signal(scores("open")), noted: signal(scores("noted")), decided: signal(scores("decided")), rules: signal(pages(listOf("/v1/risk/rules"))) };
  const again = (name) => {
    lists[name].value = name === "rules" ? pages(listOf("/v1/risk/rules")) : scores(name);
    if (name !== "rules") lists.decided.value = scores("decided");
  };
  const found = signal(null);
  return { title: () => say("console.risk"), view: () => html`<${Risk} lists=${lists} again=${again} found=${found} />` };
}

const Risk = ({ lists, again, found }) => html`
  <${Heading}>${say("console.risk")}<//>
  <p>${say("console.risk-what")}</p>
  <${PagedTable} of=${lists.open.value} name="risk" title=${say("console.risk-open")} columns=${columns("open", again)} empty=${say("console.risk-nothing")} />
  <${PagedTable} of=${lists.rules.value} name="risk-rules" title=${say("console.risk-rules")} columns=${ofRules(again)} id=${(row) => row.name} empty="" />
  <${Trial} found=${found} />
  <${PagedTable} of=${lists.noted.value} name="risk-noted" title=${say("console.risk-noted")} columns=${columns("noted", again)} empty=${say("console.risk-nothing")} />
  <${PagedTable} of=${lists.decided.value} name="risk-decided" title=${say("console.risk-decided-list")} columns=${columns("decided", again)} empty=${say("console.risk-nothing")} />
`;

const said = (row) => row.reasons.map((one) => (one.shadow ? say("console.risk-on-trial", { text: one.text }) : one.text));
const outcome = (one) => say(`console.risk.${one}`);
const led = (row) => (row.deed ? say(`console.risk.deed.${row.deed}`, { amount: shownMoney(row.held_amount ?? 0, row.currency || "CNY") }) : outcome(row.outcome));

const columns = (state, again) => [
  { key: "risk-at", cell: (row) => html`<${Moment} at=${row.at} />`, text: (row) => row.at },
  { key: "risk-kind", cell: (row) => say(`console.risk.kind.${row.kind}`), text: (row) => row.kind },
  { key: "amount", number: true, cell: (row) => (row.currency ? shownMoney(row.amount ?? 0, row.currency) : "–"), text: (row) => (row.currency ? major(row.amount ?? 0, row.currency) : "") },
  CURRENCY,
  { key: "risk-points", number: true, cell: (row) => row.points, text: (row) => row.points },
  { key: "risk-reasons", wide: true, cell: (row) => said(row).map((one) => html`<p key=${one}>${one}</p>`), text: (row) => said(row).join(" ") },
  { key: "risk-did", cell: (row) => (state === "noted" && row.would !== row.outcome ? say("console.risk-would", { what: outcome(row.would) }) : led(row)), text: (row) => row.deed ?? row.outcome },
  { key: "risk-wallet", cell: (row) => (row.wallet_id ? html`<${Id} of=${row.wallet_id} short />` : row.processor || row.merchant_id || "–"), text: (row) => row.wallet_id ?? "" },
  { key: "risk-due", cell: (row) => (row.due_at ? html`<${Moment} at=${row.due_at} />` : "–"), text: (row) => row.due_at ?? "" },
  { key: "risk-label", cell: (row) => html`<${Decision} of=${row} again=${() => again(state)} />`, text: (row) => row.label ?? "" },
];

/** Of what was decided nothing more is said, but that it was no fraud, by a second person and once. */
const sayable = (one) => (one.state !== "decided" ? LABELS : one.label === "fraud" ? LABELS.filter((label) => label !== "fraud") : []);

function Decision({ of: one, again }) {
  const said = one.label ? say(`console.risk.label.${one.label}`) : "–";
  const labels = may("risk.decide") ? sayable(one) : [];
  if (!labels.length) return said;
  return html`${one.label && said} ${labels.map((label) => html`<button key=${label} type="button" class="plain" onClick=${() => decide(one, label, again)}>${say(`console.risk.label.${label}`)}</button>`)}`;
}

const decide = (one, label, again) =>
  ask({
    title: say(`console.risk.label.${label}`),
    what: say(`console.risk.label.${label}-what`),
    label: say("console.note"),
    go: say(`console.risk.label.${label}`),
    done: say("console.risk-decided"),
    act: async ({ reason }) => {
      await call("POST", `/v1/risk/scores/${one.id}/decision`, { body: { label, note: reason } });
      again();
    },
  });

const precision = (row) => (row.precision_percent === undefined ? "–" : say("console.risk-percent", { percent: row.precision_percent, count: row.fraud + row.legitimate }));

const ofRules = (again) => [
  { key: "risk-rule", wide: true, cell: (row) => row.about, text: (row) => row.name },
  { key: "risk-mode", cell: (row) => html`<${Mode} of=${row} again=${() => again("rules")} />`, text: (row) => row.mode },
  { key: "risk-points", number: true, cell: (row) => row.points, text: (row) => row.points },
  { key: "risk-most", cell: (row) => outcome(row.most), text: (row) => row.most },
  { key: "risk-precision", cell: (row) => precision(row), text: (row) => row.precision_percent ?? "" },
  { key: "risk-fails", wide: true, cell: (row) => row.because, text: (row) => row.if_it_fails },
  { key: "risk-version", number: true, cell: (row) => row.version, text: (row) => row.version },
];

function Mode({ of: rule, again }) {
  const now = say(`console.risk.mode.${rule.mode}`);
  if (!may("risk.keep")) return now;
  return html`${now} ${MODES.filter((mode) => mode !== rule.mode).map((mode) => html`<button key=${mode} type="button" class="plain" onClick=${() => turn(rule, mode, again)}>${say(`console.risk.turn.${mode}`)}</button>`)}`;
}

const turn = (rule, mode, again) =>
  ask({
    title: say(`console.risk.turn.${mode}`),
    what: say(`console.risk.turn.${mode}-what`, { rule: rule.about }),
    label: say("console.note"),
    go: say(`console.risk.turn.${mode}`),
    done: say("console.risk-turned"),
    act: async ({ reason }) => {
      await call("PATCH", `/v1/risk/rules/${rule.name}`, { body: { mode, note: reason } });
      again();
    },
  });

const trying = job(async (found) => {
  const now = Date.now();
  const body = { from: new Date(now - TRIED_DAYS * DAY_MS).toISOString(), to: new Date(now).toISOString() };
  found.value = await call("POST", "/v1/risk/trials", { body });
});

const Trial = ({ found }) => html`
  <section>
    <h2>${say("console.risk-trial")}</h2>
    <p>${say("console.risk-trial-what", { days: TRIED_DAYS })}</p>
    <${Button} job=${trying} onClick=${() => trying.run(found)}>${say("console.risk-try")}<//>
    <${Problem} of=${trying.problem.value} />
    ${found.value && html`<${Tried} of=${found.value} />`}
  </section>
`;

const Tried = ({ of: one }) => html`
  <p role="status">${say(one.complete ? "console.risk-tried" : "console.risk-tried-part", { events: one.looked_at, people: one.people })}</p>
  <${Table} name="risk-trial" title=${say("console.risk-would-have")} rows=${Object.entries(one.outcomes).map(([name, count]) => ({ name, count }))} id=${(row) => row.name} columns=${WOULD} empty="" />
  <${Table} name="risk-trial-rules" title=${say("console.risk-by-rule")} rows=${one.rules} id=${(row) => row.name} columns=${BY_RULE} empty="" />
`;

const WOULD = [
  { key: "risk-did", cell: (row) => outcome(row.name), text: (row) => row.name },
  { key: "risk-count", number: true, cell: (row) => row.count, text: (row) => row.count },
];

const BY_RULE = [
  { key: "risk-rule", cell: (row) => say(`console.risk.rule.${row.name}`), text: (row) => row.name },
  { key: "risk-count", number: true, cell: (row) => row.scores, text: (row) => row.scores },
  { key: "risk-people", number: true, cell: (row) => row.people, text: (row) => row.people },
  { key: "risk-were-fraud", number: true, cell: (row) => row.fraud, text: (row) => row.fraud },
  { key: "risk-were-not", number: true, cell: (row) => row.legitimate, text: (row) => row.legitimate },
];
