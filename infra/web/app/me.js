/** Who is signed in, and with which wallets; asked for once, and again when something may have changed. */
import { see, seeSoon } from "/shared/seen.js";

export const me = () => see("/v1/me");
export const wallets = () => see("/v1/wallets");
export const walletsSoon = () => seeSoon("/v1/wallets");
export const preferences = () => see("/v1/me/preferences");
