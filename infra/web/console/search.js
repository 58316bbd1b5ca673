/** One box for everything: an id, an e-mail address or phone, or the reference of an order. */
import { ID, Id, placeOf } from "/console/show.js";
import { Refused } from "/shared/door.js";
import { say } from "/shared/language.js";
import { job, Problem } from "/shared/parts.js";
import { go, pathOf, shown } from "/shared/router.js";
import { call, get, session } from "/shared/session.js";
import { store, stored } from "/shared/stored.js";
import { effect, html, signal } from "/shared/ui.js";

const MERCHANTS = "console.merchants";
const REMEMBERED = 10;
const CONTACT = /@|^\+?[\d\s()-]{7,}$/;
/** {said} or {rows}: what stands below the box. */
const found = signal(null);

/** A merchant that was looked at: its orders are found by their reference alone. */
export const remember = (merchant) =>
  store(MERCHANTS, [merchant, ...(stored(MERCHANTS) ?? []).filter((one) => one !== merchant)].slice(0, REMEMBERED));

const searching = job(async (typed) => {
  found.value = null;
  const text = typed.trim();
  if (!text) return;
  if (ID.test(text)) return known(text);
  if (CONTACT.test(text)) return arrived(`/people/${(await call("POST", "/v1/people/searches", { body: { identifier: text } })).id}`);
  await order(text);
});

function known(id) {
  const place = placeOf(id);
  if (place) return arrived(place);
  found.value = { said: say(id.startsWith("aud_") ? "console.search.audit" : "console.search.no-page") };
}

/** `mer_… reference`, or a reference of one of the merchants looked at lately. */
async function order(text) {
  const [first, ...rest] = text.split(/\s+/);
  const named = ID.test(first) && first.startsWith("mer_");
  const [merchants, reference] = named ? [[first], rest.join(" ")] : [stored(MERCHANTS) ?? [], text];
  const asked = merchants.map((merchant) => get(`/v1/movements?${new URLSearchParams({ merchant_id: merchant, order_reference: reference })}`));
  const rows = (await Promise.all(asked)).flatMap((page) => page.data);
  if (rows.length === 1) return arrived(`/movements/${rows[0].id}`);
  found.value = rows.length ? { rows } : { said: say("console.search.nothing") };
}

function arrived(place) {
  const box = document.getElementById("search");
  box.value = "";
  box.blur();
  if (pathOf() === place) document.querySelector("main h1")?.focus();
  else go(place);
}

export const Search = () => html`
  <form class="search" role="search" onSubmit=${send}>
    <label class="unseen" for="search">${say("console.search")}</label>
    <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder=${say("console.search.hint")} aria-busy=${searching.busy.value ? "true" : undefined} />
  </form>
`;

export const Results = () => html`
  <div aria-live="polite">
    ${searching.problem.value && html`<${SearchProblem} of=${searching.problem.value} />`}
    ${found.value?.said && html`<p class="note">${found.value.said}</p>`}
    ${found.value?.rows && html`<ul class="rows found">${found.value.rows.map((row) => html`<li key=${row.id}><${Id} of=${row.id} data-stop /></li>`)}</ul>`}
  </div>
`;

const SearchProblem = ({ of: problem }) =>
  problem instanceof Refused && problem.answer.status === 404 ? html`<p class="note">${say("console.search.nobody")}</p>` : html`<${Problem} of=${problem} />`;

function send(event) {
  event.preventDefault();
  searching.run(event.target.elements.search.value);
}

/** What stood below the box goes when the reader goes on, and is nobody else's. */
effect(() => {
  void [shown.value?.path, session.value?.session_id];
  found.value = null;
  searching.problem.value = null;
});
