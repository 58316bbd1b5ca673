/** A statement's way to us: what form it has, its hash, and the link that takes this content and no other. */
import { Trouble } from "/shared/parts.js";
import { call, get } from "/shared/session.js";

const STATEMENTS = "/v1/reconciliations/statements";
const MOST_BYTES = 1_000_000_000;
const LOOKED_AT_BYTES = 65_536;
/** Whose statements have which form, and the name it is known by where there is but one. */
export const FORMS = { processor: ["csv", "sandbox", "stripe", "wechat", "alipay"], bank: ["csv", "mt940", "camt053"] };
const NAMES = { sandbox: "sandbox", stripe: "stripe", wechat: "wechatpay", alipay: "alipay" };
const MARKS = [
  ["camt053", "utf-8", /camt\.053/],
  ["mt940", "utf-8", /^:20:/m],
  ["csv", "utf-8", /^\ufeff?"?our_id"?,"?reference"?,/],
  ["sandbox", "utf-8", /^\s*\{\s*"/],
  ["wechat", "utf-8", /微信订单号|微信支付业务单号/],
  ["alipay", "gb18030", /支付宝交易号|账务流水号/],
  ["stripe", "utf-8", /reporting_category|balance_transaction_id|Created \(UTC\)/],
];

/** {form, side, name} by the beginning of `file`; {} where nothing tells. */
export async function recognised(file) {
  const begins = await file.slice(0, LOOKED_AT_BYTES).arrayBuffer();
  const [form] = MARKS.find(([, encoding, mark]) => mark.test(new TextDecoder(encoding).decode(begins))) ?? [];
  if (!form) return {};
  return { form, side: FORMS.processor.includes(form) ? "processor" : "bank", name: NAMES[form] ?? "" };
}

/**
 * `told`: {side, name, form, day}. `progress` hears which part of the file has gone, from 0 to 1. Whether it was here
 * before: it is sent all the same, since nobody knows whether it arrived then. Its day is reconciled once it is there.
 */
export async function upload(file, told, progress) {
  if (!file?.size) throw new Trouble("console.upload-empty");
  if (file.size > MOST_BYTES) throw new Trouble("console.upload-large");
  if (!told.form) throw new Trouble("console.upload-unknown");
  progress(0);
  const sha256 = await hashed(file);
  const { data } = await get(`${STATEMENTS}?day=${told.day}&limit=100`);
  const known = data.some((one) => one.sha256 === sha256 && ["side", "name", "form"].every((fact) => one[fact] === told[fact]));
  const { upload_url, upload_headers } = await call("POST", STATEMENTS, { body: { ...told, sha256, bytes: file.size } });
  await put(upload_url, upload_headers, file, progress);
  await call("POST", "/v1/reconciliations", { body: { day: told.day } });
  return known;
}

/** Its SHA-256 in hex digits. */
export async function hashed(file) {
  const content = await file.arrayBuffer().catch((cause) => {
    throw new Trouble("console.upload-unreadable", {}, cause);
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `fetch` does not tell how far it is. Without its type, which was not signed. */
export function put(url, headers, file, progress) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () => (request.status < 300 ? done() : fail(new Trouble("console.upload-refused")));
    request.onerror = () => fail(new Trouble("console.upload-broken"));
    request.send(file.slice());
  });
}
