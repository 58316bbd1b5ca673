/** What this browser keeps: JSON under `coffer.<name>`. A full or forbidden storage loses comfort, never money. */
const PREFIX = "coffer.";
/** What could not be written, for as long as this page is open. */
const unwritten = new Map();

export function stored(name) {
  if (unwritten.has(name)) return unwritten.get(name);
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

export function store(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    unwritten.delete(name);
    return true;
  } catch {
    unwritten.set(name, value);
    return false;
  }
}

export function forget(name) {
  unwritten.delete(name);
  localStorage.removeItem(PREFIX + name);
}

/** Forgets every name that begins with `prefix`. */
export function forgetAll(prefix) {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  [...unwritten.keys(), ...names.map((name) => name.slice(PREFIX.length))]
    .filter((name) => name.startsWith(prefix))
    .forEach(forget);
}

/** `then(value)` whenever another tab changes what is kept under `name`. */
export const onStored = (name, then) =>
  addEventListener("storage", (event) => event.key === PREFIX + name && then(stored(name)));
