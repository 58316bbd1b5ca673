/** Guardians, wards, and the payments that wait for somebody's yes. */
import { say, sayOr } from "/shared/language.js";
import { see } from "/shared/seen.js";

export const guardian = () => see("/v1/me/guardian");
export const wards = () => see("/v1/me/wards?limit=100");
export const approvals = () => see("/v1/me/approvals?limit=100");

/** Of a resource of approvals: those that nobody decided yet. */
export const waiting = (resource) => (resource.value.data?.data ?? []).filter((one) => one.status === "asked");

/** Who wants to pay: with a family card of mine, or of my wards. */
export const askerOf = (resource, one) => one.person || wardName(resource, one.ward_id);

/** The name of a ward, as far as it is known. */
const wardName = (resource, id) => resource.value.data?.data.find((one) => one.id === id)?.display_name ?? "";

/** Whether an approval is about money that goes out to an account of the ward's own. */
export const isOut = ({ payee_id }) => payee_id.startsWith("fnd_");

/** Whom an approval is about: a shop, or a bank where the ward has an account of their own. */
export const payeeOf = (one) =>
  isOut(one) ? say("family.own-account", { bank: sayOr(`processor.${one.payee_name}`, one.payee_name) }) : one.payee_name;
