/** What the operator who is signed in may do: what they may not is not shown (the API refuses it in any case). */
import { see } from "/shared/seen.js";
import { signal } from "/shared/ui.js";

const asked = signal(null);

/** Within a view: shows more once the answer is here. */
export const may = (permission) => me()?.permissions.includes(permission) ?? false;
/** {id, role, permissions}; null until it is known. */
export const me = () => asked.value?.value.data ?? null;
export const askAgain = () => (asked.value = see("/v1/me/permissions"));
