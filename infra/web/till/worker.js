/** Opens the till without a network: see `shared/keeping.js`. */
const AREA = "till";
importScripts("/shared/keeping.js");
