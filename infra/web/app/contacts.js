/** A change of e-mail address or phone under way. */
import { say } from "/shared/language.js";
import { announce, job } from "/shared/parts.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { signal } from "/shared/ui.js";

const PATH = "/v1/me/identifiers";

/** `asked`: the new contact whose code is awaited; `unread`: the old one cannot be read any more; `sure`: of removing. */
export function changeTo() {
  const [asked, unread, sure] = [signal(""), signal(false), signal(false)];
  const done = async (sentence) => {
    asked.value = "";
    sure.value = false;
    await lookAgain("/v1/me");
    announce(say(sentence));
  };
  const send = job(async ({ identifier }) => {
    await call("POST", PATH, { body: { identifier: identifier.trim() } });
    unread.value = false;
    asked.value = identifier.trim();
  });
  const prove = job(async (codes) => {
    const { status } = await call("POST", `${PATH}/confirm`, { body: { identifier: asked.peek(), ...codes } });
    await done(`contacts.${status}`);
  });
  const remove = job(async () => {
    await call("DELETE", `${PATH}/second`);
    await done("contacts.waiting");
  });
  const stop = job(async () => {
    await call("DELETE", `${PATH}/pending`);
    await done("contacts.stopped");
  });
  return { asked, unread, sure, send, prove, remove, stop, cancel: () => (asked.value = "") };
}
