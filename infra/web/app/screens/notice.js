/** One notice, and where it leads. */
import { markRead, newest, noticeOf, wayOn } from "/app/inbox.js";
import { say } from "/shared/language.js";
import { Empty, Heading, Shown, Up, When } from "/shared/parts.js";
import { effect, html } from "/shared/ui.js";

export function open({ params }) {
  const first = newest();
  const stop = effect(() => {
    const notice = noticeOf(params.id);
    if (notice) markRead(notice);
  });
  return { title: () => noticeOf(params.id)?.title ?? say("inbox.title"), view: () => html`<${Notice} first=${first} id=${params.id} />`, close: stop };
}

const Notice = ({ first, id }) => html`
  <${Up} path="/inbox">${say("inbox.back")}<//>
  <${Shown} of=${first}>${() => {
    const notice = noticeOf(id);
    if (!notice) return html`<${Heading}>${say("inbox.title")}<//><${Empty}>${say("inbox.gone")}<//>`;
    const way = wayOn(notice);
    return html`
      <${Heading}>${notice.title}<//>
      <article class="card"><p>${notice.body}</p><small><${When} at=${notice.created_at} /></small></article>
      <p><a class="button wide" href=${`#${way.path}`}>${way.label}</a></p>
    `;
  }}<//>
`;
