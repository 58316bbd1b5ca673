/** One box for everything. What looks it up is fetched with the first search: the first screen does without. */
import { Refused } from "/shared/door.js";
import { say } from "/shared/language.js";
import { Heading, job, Problem } from "/shared/parts.js";
import { shown } from "/shared/router.js";
import { session } from "/shared/session.js";
import { effect, html, signal } from "/shared/ui.js";

/** {Found, of}: what stands in place of the screen, so that nobody takes what was there for what was found. */
const found = signal(null);

const searching = job(async (typed) => {
  found.value = null;
  const text = typed.trim();
  if (!text) return;
  const { find, Found } = await import("/console/finding.js");
  const of = await find(text);
  if (of) found.value = { Found, of };
});

export const Search = () => html`
  <form class="search" role="search" onSubmit=${send}>
    <label class="unseen" for="search">${say("console.search")}</label>
    <input id="search" type="search" autocomplete="off" spellcheck="false" placeholder=${say("console.search.hint")} aria-busy=${searching.busy.value ? "true" : undefined} />
  </form>
`;

const cleared = () => {
  found.value = null;
  searching.problem.value = null;
};

function back() {
  cleared();
  requestAnimationFrame(() => document.querySelector("main h1")?.focus());
}

/** Whether the last search came to something other than a screen. */
export const searched = () => found.value !== null || searching.problem.value !== null;

export const Results = () => html`
  <section class="screen">
    <${Heading}>${say("console.search")}<//>
    ${searching.problem.value && html`<${SearchProblem} of=${searching.problem.value} />`}
    ${found.value && html`<${found.value.Found} of=${found.value.of} />`}
    <button type="button" class="secondary" onClick=${back}>${say("console.search.back")}</button>
  </section>
`;

const SearchProblem = ({ of: problem }) =>
  problem instanceof Refused && problem.answer.status === 404 ? html`<p class="note">${say("console.search.nobody")}</p>` : html`<${Problem} of=${problem} />`;

function send(event) {
  event.preventDefault();
  searching.run(event.target.elements.search.value);
}

/** What was found goes when the reader goes on, and is nobody else's. */
effect(() => {
  void [shown.value?.path, session.value?.session_id];
  cleared();
});
