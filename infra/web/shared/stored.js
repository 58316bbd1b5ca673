/** What this browser keeps: JSON under `coffer.<name>`. A full or forbidden storage loses comfort, never money. */
const PREFIX = "coffer.";

export function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function store(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const forget = (name) => localStorage.removeItem(PREFIX + name);

/** Forgets every name that begins with `prefix`. */
export function forgetAll(prefix) {
  Object.keys(localStorage)
    .filter((name) => name.startsWith(PREFIX + prefix))
    .forEach((name) => localStorage.removeItem(name));
}

/** `then(value)` whenever another tab changes what is kept under `name`. */
export const onStored = (name, then) =>
  addEventListener("storage", (event) => event.key === PREFIX + name && then(stored(name)));
