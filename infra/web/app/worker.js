/** Opens the wallet app without a network: see `shared/keeping.js`. */
const AREA = "app";
importScripts("/shared/keeping.js");
