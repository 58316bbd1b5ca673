/** Who is on call, and the names of all operators: for whoever shows who did what. */
import { Id } from "/console/show.js";
import { lookAgain, see, watch } from "/shared/seen.js";
import { html, signal } from "/shared/ui.js";

const PATH = "/v1/on-call";

const EVERYBODY = "/v1/colleagues?limit=100";
const asked = signal(null);

/** Asked for by each screen that shows names, for whoever is signed in now. */
export const learnNames = () => void (asked.value = see(EVERYBODY));
export const rota = () => see(PATH);
export const rotaAgain = () => lookAgain(PATH);
export const watchRota = (milliseconds) => watch(rotaAgain, milliseconds);

/** Within a view. */
export const colleagues = () => asked.value?.value.data?.data ?? [];
const colleague = (id) => colleagues().find((one) => one.id === id);

/** Within a view: the name, or the id of whoever is no operator any more. */
export const nameOf = (id) => colleague(id)?.name ?? id;
export const Name = ({ of: id }) => (colleague(id) ? html`<span>${colleague(id).name}</span>` : html`<${Id} of=${id} short />`);
export const Names = ({ of: ids }) => html`<span>${ids.length ? ids.map((id, at) => html`${at > 0 && ", "}<${Name} key=${id} of=${id} />`) : "–"}</span>`;
