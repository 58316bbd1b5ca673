/** The link of an e-mail that ends a subscription. */
import { linked } from "/status/link.js";

export const open = ({ params }) => linked("end", params);
