/** The inbox: what happened, the newest first, by day. */
import { askOlder, hasOlder, markAllRead, newest, notices, unread, unreadCount } from "/app/inbox.js";
import { say, shownDate, shownTime } from "/shared/language.js";
import { Button, Empty, Heading, Problem, Shown, job } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export function open() {
  const first = newest();
  const more = job(askOlder);
  return { title: () => say("inbox.title"), view: () => html`<${Inbox} first=${first} more=${more} />` };
}

const Inbox = ({ first, more }) => html`
  <${Heading}>${say("inbox.title")}<//>
  ${unreadCount.value > 0 && html`<p class="beside"><span>${say("app.unread", { count: unreadCount.value })}</span><${Button} kind="plain" onClick=${markAllRead}>${say("inbox.all-read")}<//></p>`}
  <${Shown} of=${first} lines=${6}>${() => html`
    ${notices().length === 0 && html`<${Empty}>${say("inbox.empty")}<//>`}
    ${days(notices()).map(([day, found]) => html`<${Day} key=${day} day=${day} found=${found} />`)}`}<//>
  <${Problem} of=${more.problem.value} />
  ${hasOlder() && html`<${Button} kind="secondary wide" job=${more} onClick=${more.run}>${say("shared.more")}<//>`}
`;

const Day = ({ day, found }) => html`
  <h2>${day}</h2>
  <ul class="rows card">
    ${found.map((one) => html`
      <li key=${one.id}>
        <a href=${`#/inbox/${encodeURIComponent(one.id)}`} class=${unread(one) ? "unread" : ""}>
          <span class="row-words"><span>${one.title}</span><small class="one-line">${one.body}</small></span>
          ${unread(one) && html`<span class="unseen">${say("inbox.new")}</span>`}
          <small>${shownTime(one.created_at).slice(0, 5)}</small>
        </a>
      </li>`)}
  </ul>
`;

/** [[day, notices]], in the reader's own time, as they come. */
function days(all) {
  const found = new Map();
  for (const one of all) {
    const day = dayOf(one.created_at);
    found.set(day, [...(found.get(day) ?? []), one]);
  }
  return [...found];
}

function dayOf(at) {
  const day = shownDate(at);
  return day === shownDate(Date.now()) ? say("inbox.today") : day;
}
