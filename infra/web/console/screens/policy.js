/** A pack of rules: every figure and on what it stands, what it changes against another one; withdrawing it. */
import { ask } from "/console/ask.js";
import { learnNames, Name } from "/console/colleagues.js";
import { may } from "/console/may.js";
import { differences, EVERY, figureOf, figuresOf, POLICIES, ruleOf, Standing } from "/console/policies.js";
import { Facts, Moment } from "/console/show.js";
import { Table } from "/console/table.js";
import { say } from "/shared/language.js";
import { Heading, Shown, Up, Waiting } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html, signal, untracked } from "/shared/ui.js";

export function open({ params: { id } }) {
  const path = `${POLICIES}/${id}`;
  const [pack, all, against] = [see(path), see(EVERY), signal("")];
  const others = new Map();
  /** Asked for once; a view that asked each time it is drawn would never be done. */
  const other = (name) => others.get(name) ?? others.set(name, untracked(() => see(`${POLICIES}/${name}`))).get(name);
  learnNames();
  const view = () => html`
    <${Up} path="/policies">${say("console.policies")}<//>
    <${Heading}>${id}<//>
    <${Shown} of=${pack}>${(one) => html`<${Pack} of=${one} all=${all.value.data?.data ?? []} against=${against} other=${other} />`}<//>`;
  return { title: () => id, view };
}

const Pack = ({ of: one, all, against, other }) => html`
  <p class="summary"><${Standing} of=${one.state} /> ${one.jurisdictions.join(" ")}</p>
  ${one.state === "coming" && one.origin === "published" && may("policies.publish") && html`
    <p class="deeds"><button type="button" class="danger" onClick=${() => withdraw(one)}>${say("console.policy.withdraw")}</button></p>`}
  <${Facts} of=${[
    ["policy-from", html`<${Moment} at=${one.effective_at} />`],
    ["policy-until", html`<${Moment} at=${one.ends_at} />`],
    ["currency", one.currency],
    ["policy-origin", say(`console.policy.origin.${one.origin}`)],
    ["policy-signer", one.signer],
    ["policy-digest", html`<span class="id">${one.digest.slice(0, 16)}</span>`],
    ["policy-published_by", one.published_by && html`<${Name} of=${one.published_by} /> <${Moment} at=${one.published_at} />`],
    ["policy-withdrawn_by", one.withdrawn_by && html`<${Name} of=${one.withdrawn_by} /> <${Moment} at=${one.withdrawn_at} />`],
  ]} />
  <${Against} one=${one} others=${all.filter((other) => other.area === one.area && other.digest !== one.digest && other.state !== "withdrawn")} against=${against} other=${other} />
  <${Table} name=${`policy-${one.id}`} title=${say("console.policy.figures")} rows=${figuresOf(one.rules)} columns=${FIGURES} empty="" />
`;

const RULE = [
  { key: "policy-rule", cell: (row) => ruleOf(row.rule), text: (row) => row.rule },
  { key: "policy-figure", wide: true, cell: figureOf, text: figureOf },
];
const FIGURES = [
  ...RULE,
  { key: "policy-value", wide: true, cell: (row) => row.value, text: (row) => row.value },
  { key: "policy-basis", wide: true, cell: (row) => row.basis, text: (row) => row.basis },
];
const CHANGED = [
  ...RULE,
  { key: "policy-was", wide: true, cell: (row) => row.was, text: (row) => row.was },
  { key: "policy-is", wide: true, cell: (row) => html`<strong>${row.is}</strong>`, text: (row) => row.is },
];

/** With the area's pack before it, unless another one is chosen. */
function Against({ one, others, against, other }) {
  if (!others.length) return null;
  const chosen = against.value || (others.find((each) => each.effective_at < one.effective_at) ?? others[0]).id;
  const base = other(chosen).value.data;
  return html`
    <div class="filters"><label for="against">${say("console.policy.compare")}
      <select id="against" onChange=${(event) => (against.value = event.target.value)}>
        ${others.map(({ id }) => html`<option key=${id} value=${id} selected=${id === chosen}>${id}</option>`)}
      </select></label></div>
    ${base ? html`<${Table} name=${`policy-${one.id}-${chosen}`} title=${say("console.policy.changes", { name: chosen })} rows=${differences(base.rules, one.rules)} columns=${CHANGED} empty=${say("console.policy.same")} />` : html`<${Waiting} />`}
  `;
}

const withdraw = (one) =>
  ask({
    title: say("console.policy.withdraw"),
    what: say("console.policy.withdraw-what", { name: one.id }),
    plain: true,
    word: one.id,
    go: say("console.policy.withdraw"),
    done: say("console.policy.withdrawn"),
    act: async () => {
      await call("POST", `${POLICIES}/${one.id}/withdrawal`);
      await lookAgain(POLICIES);
    },
  });
