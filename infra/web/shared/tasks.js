/**
 * How long the tasks of people take, and which they give up: counted without saying who (`POST /v1/task-events`).
 *
 * A lost event is a lost number, never more: nothing waits for an answer, nothing is kept for later.
 */
import { language } from "/shared/language.js";
import { stored, store } from "/shared/stored.js";
import { signal } from "/shared/ui.js";

const PATH = "/v1/task-events";
const LONGEST_SECONDS = 3600;
const area = document.documentElement.dataset.area;
const ASKED = `${area}.asked`;
const AGAIN_MS = 7 * 24 * 3600 * 1000;

/** The task that was completed just now and of which the person is asked how easy it was; "" if none. */
export const question = signal("");
let under_way = null;
/** A completed task whose answer to the question is still to come. */
let unsent = null;

/** The person sets out to do `task`; the same again changes nothing, another one leaves the first. */
export function begin(task) {
  if (under_way?.task === task) return;
  answer();
  abandon();
  under_way = { task, since: performance.now() };
}

/** `task` is done, if it was begun; with `ask`, the person is asked how easy it was, once a week at most. */
export function complete(task, ask = false) {
  if (under_way?.task !== task) return;
  unsent = told("completed");
  under_way = null;
  if (ask && askable()) question.value = task;
  else answer();
}

/** Left without having done it. */
export function abandon() {
  if (under_way) post(told("abandoned"));
  under_way = null;
}

/** 1 (hard) to 5 (easy), or nothing. */
export function answer(score) {
  question.value = "";
  if (unsent) post(score ? { ...unsent, score } : unsent);
  unsent = null;
}

function askable() {
  const now = Date.now();
  const last = stored(ASKED) ?? 0;
  if (last <= now && now < last + AGAIN_MS) return false;
  store(ASKED, now);
  return true;
}

function told(outcome) {
  const seconds = Math.min(Math.round((performance.now() - under_way.since) / 1000), LONGEST_SECONDS);
  const mode = document.documentElement.dataset.mode ?? "standard";
  return { task: under_way.task, outcome, seconds, mode, language: language.value };
}

/** Goes out even while the page is being left. */
function post(event) {
  const headers = { "Content-Type": "application/json" };
  fetch(PATH, { method: "POST", headers, body: JSON.stringify({ events: [event] }), keepalive: true }).catch(() => {});
}
