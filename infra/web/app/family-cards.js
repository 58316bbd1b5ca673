/** Family cards: those that I gave and those that I hold. */
import { see } from "/shared/seen.js";

export const PATH = "/v1/family-cards";
const MANY = 50;
export const familyCards = () => see(`${PATH}?limit=${MANY}`);

export const isOwner = ({ role }) => role === "owner";
/** As whoever looks sees it: `owner.active`, `holder.offered`. */
export const standing = ({ role, status }) => `${role}.${status}`;
export const rowsOf = (resource) => resource.value.data?.data ?? [];
/** Those that somebody offers me and I have not answered. */
export const offered = (resource) => rowsOf(resource).filter((one) => standing(one) === "holder.offered");
