/** What goes on around every screen and is not needed to see the first one: fetched when that one is there. */
import { Banners } from "/app/banners.js";
import { Feedback } from "/app/feedback.js";
import { keepInbox, unreadCount } from "/app/inbox.js";
import { keepMode } from "/app/me.js";
import { watchStatus } from "/app/status.js";
import { watchTasks } from "/app/tasks.js";
import { resume } from "/shared/intents.js";
import { signedIn } from "/shared/session.js";
import { effect, untracked } from "/shared/ui.js";

/** → what stands in the frame from now on. */
export function begin() {
  effect(() => void (signedIn.value && untracked(resume)));
  keepMode();
  keepInbox();
  watchStatus();
  watchTasks();
  navigator.serviceWorker?.register("/app/worker.js");
  return { above: Banners, below: Feedback, unread: unreadCount };
}
