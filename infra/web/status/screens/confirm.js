/** The link of an e-mail that confirms a subscription. */
import { linked } from "/status/link.js";

export const open = ({ params }) => linked("confirm", params);
