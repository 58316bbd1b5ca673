/** What a report is to tell, chosen from what there is: period, measures, dimensions, conditions, order. */
import { dimensionOf, filterOf, measureOf, merchants, periodOf, sentenceOf, wordOf } from "/console/report-words.js";
import { called, CHARTS, columnsOf, DIMENSIONS, GRAINS, MEASURES, MOST, OWN, PERIODS, TOPS, wished } from "/console/reports.js";
import { imported } from "/console/imported.js";
import { Words } from "/console/report-filter.js";
import { say, shownNumber } from "/shared/language.js";
import { About, Form, Submit } from "/shared/parts.js";
import { Refused } from "/shared/door.js";
import { html } from "/shared/ui.js";

/** What the API found wrong with one part, in its own words, or in ours where it says why. */
export function wrongWith(problem, part) {
  const body = problem instanceof Refused ? problem.answer.body : null;
  if (body?.param !== part && !body?.param?.startsWith?.(`${part}.`) && !body?.param?.startsWith?.(`${part}[`)) return "";
  return part === "filters" ? say("console.reports.wrong.filters") : say(`console.reports.wrong.${part}`);
}

/** `draft`: a signal of the question; `asking`: the job that asks it; `send` goes there. */
export function Builder({ draft, asking, send, open }) {
  const question = draft.value;
  const change = (part) => (draft.value = { ...draft.peek(), ...part });
  const wish = (part) => change({ wish: wished({ ...draft.peek().wish, ...part }) });
  const problem = (part) => wrongWith(asking.problem.value, part);
  return html`
    <details class="builder card" open=${open || Boolean(asking.problem.value)}>
      <summary>${sentenceOf(question)}</summary>
      <${Form} job=${{ ...asking, run: send }}>
        <div class="parts">
          <${Period} of=${question} change=${change} problem=${problem("from") || problem("to")} />
          ${!question.wish.funnel && html`<${Chosen} id="measures" label=${say("console.reports.measures")} most=${MOST.measures} problem=${problem("measures")} named=${measureOf} key_of=${called} options=${MEASURES} chosen=${question.wish.measures} change=${(measures) => wish({ measures })} least=${1} />
          <${Chosen} id="dimensions" label=${say("console.reports.dimensions")} most=${MOST.dimensions} problem=${problem("dimensions")} named=${dimensionOf} key_of=${(one) => one} options=${[...DIMENSIONS, ...imported()]} chosen=${question.wish.dimensions} change=${(dimensions) => wish({ dimensions })} least=${0} />`}
          ${question.wish.dimensions.includes("time") && html`<${Select} id="grain" label=${say("console.reports.grain")} value=${question.wish.grain} options=${GRAINS} named=${(one) => say(`console.reports.grain.${one}`)} change=${(grain) => wish({ grain })} />`}
          <${Filters} question=${question} wish=${wish} problem=${problem("filters")} />
          ${!question.wish.funnel && html`<${Order} wish=${question.wish} change=${wish} problem=${problem("sort")} />
          <${Select} id="top" label=${say("console.reports.top")} value=${question.wish.top} options=${[...new Set([...TOPS, question.wish.top])]} named=${shownNumber} change=${(top) => wish({ top: Number(top) })} problem=${problem("top")} />`}
          <${Select} id="chart" label=${say("console.reports.chart")} value=${question.chart} options=${["", ...CHARTS]} named=${(one) => say(`console.reports.chart.${one || "fitting"}`)} change=${(chart) => change({ chart })} />
          ${!question.wish.funnel && html`<label class="tick"><input type="checkbox" checked=${question.wish.compare} onChange=${(event) => wish({ compare: event.target.checked })} />${say("console.reports.compare")}</label>`}
        </div>
        <${Submit} job=${asking}>${say("console.reports.ask-now")}<//>
      <//>
    </details>
  `;
}

export const Select = ({ id, label, value, options, named, change, problem = "" }) => html`
  <label class="field" for=${id}><span>${label}</span>
    <select id=${id} aria-describedby=${problem ? `${id}-about` : undefined} aria-invalid=${problem ? "true" : undefined} onChange=${(event) => change(event.target.value)}>
      ${options.map((one) => html`<option key=${one} value=${one} selected=${String(one) === String(value)}>${named(one)}</option>`)}
    </select>
    <${About} id=${id} hint="" problem=${problem} />
  </label>
`;

function Period({ of: question, change, problem }) {
  const today = new Date().toISOString().slice(0, 10);
  const chosen = (period) => change({ period, ...(period === OWN ? { from: question.from || today, to: question.to || today } : {}) });
  const day = (name) => html`<label class="field" for=${name}><span>${say(`console.reports.${name}`)}</span><input id=${name} type="date" value=${question[name]} onChange=${(event) => event.target.value && change({ [name]: event.target.value })} /></label>`;
  return html`
    <${Select} id="period" label=${say("console.reports.period")} value=${question.period} options=${[...PERIODS, OWN]} named=${(one) => (one === OWN ? say("console.reports.period.own") : periodOf({ period: one }))} change=${chosen} problem=${problem} />
    ${question.period === OWN && html`${day("from")}${day("to")}`}
  `;
}

/** Some of `options`, in an order; each can be taken out again while `least` stay. */
function Chosen({ id, label, options, chosen, named, key_of, change, most, least, problem }) {
  const keys = chosen.map(key_of);
  const left = options.filter((one) => !keys.includes(key_of(one)));
  const add = () => change([...chosen, left.find((one) => key_of(one) === document.getElementById(id).value) ?? left[0]]);
  return html`
    <fieldset class="chosen"><legend>${label}</legend>
      <ul>${chosen.map((one, at) => html`
        <li key=${keys[at]}>${named(one)}${chosen.length > least && html`<button type="button" class="plain" aria-label=${say("console.reports.leave-out", { name: named(one) })} onClick=${() => change(chosen.filter((_, other) => other !== at))}>×</button>`}</li>`)}</ul>
      ${chosen.length < most && left.length > 0 && html`
        <div class="adding">
          <select id=${id} aria-label=${label} aria-describedby=${problem ? `${id}-about` : undefined} aria-invalid=${problem ? "true" : undefined}>${left.map((one) => html`<option key=${key_of(one)} value=${key_of(one)}>${named(one)}</option>`)}</select>
          <button type="button" class="secondary" data-add=${id} onClick=${add}>${say("console.reports.add")}</button>
        </div>`}
      <${About} id=${id} hint="" problem=${problem} />
    </fieldset>
  `;
}

function Filters({ question, wish, problem }) {
  const { filters } = question.wish;
  const put = (at, filter) => wish({ filters: filters.flatMap((one, other) => (other === at ? (filter ? [filter] : []) : [one])) });
  const add = () => wish({ filters: [...filters, { dimension: document.getElementById("filters").value, words: [], is_not: false }] });
  return html`
    <fieldset class="chosen wide"><legend>${say("console.reports.filters")}</legend>
      ${filters.map((filter, at) => html`<${Condition} key=${at + filter.dimension} at=${at} filter=${filter} question=${question} put=${put} />`)}
      ${filters.length < MOST.filters && html`
        <div class="adding">
          <select id="filters" aria-label=${say("console.reports.filters")} aria-describedby=${problem ? "filters-about" : undefined} aria-invalid=${problem ? "true" : undefined}>${[...DIMENSIONS, ...imported()].filter((one) => one !== "time" && one !== "cohort").map((one) => html`<option key=${one} value=${one}>${dimensionOf(one)}</option>`)}</select>
          <button type="button" class="secondary" data-add="filters" onClick=${add}>${say("console.reports.add")}</button>
        </div>`}
      <${About} id="filters" hint="" problem=${problem} />
    </fieldset>
  `;
}

function Condition({ at, filter, question, put }) {
  const { dimension, words, is_not } = filter;
  const name = dimensionOf(dimension);
  return html`
    <fieldset class="condition"><legend>${words.length ? filterOf(filter) : name}</legend>
      <${Select} id=${`is-${at}`} label=${say("console.reports.is")} value=${String(is_not)} options=${["false", "true"]} named=${(one) => say(one === "true" ? "console.reports.is-not" : "console.reports.is-one")} change=${(value) => put(at, { ...filter, is_not: value === "true" })} />
      <${Words} dimension=${dimension} question=${question} chosen=${words} named=${(word) => wordOf(dimension, word)} names=${merchants()} change=${(next) => put(at, { ...filter, words: next })} />
      <button type="button" class="plain" onClick=${() => put(at, null)}>${say("console.reports.leave-out", { name })}</button>
    </fieldset>
  `;
}

function Order({ wish, change, problem }) {
  const named = (column) => {
    if (!column) return say("console.reports.sort-fitting");
    if (wish.dimensions.includes(column)) return dimensionOf(column);
    const measure = wish.measures.find((one) => called(one) === column.replace(/_before$/, "")) ?? wish.measures[0];
    return called(measure) === column ? measureOf(measure) : say("console.reports.before", { name: measureOf(measure) });
  };
  const by = wish.sort?.by ?? "";
  return html`
    <${Select} id="sort" label=${say("console.reports.sort")} value=${by} options=${["", ...columnsOf(wish)]} named=${named} change=${(column) => change({ sort: column ? { by: column, descending: wish.sort?.descending ?? true } : null })} problem=${problem} />
    ${by && html`<${Select} id="order" label=${say("console.reports.order")} value=${String(wish.sort.descending)} options=${["true", "false"]} named=${(one) => say(one === "true" ? "console.reports.descending" : "console.reports.ascending")} change=${(value) => change({ sort: { by, descending: value === "true" } })} />`}
  `;
}
