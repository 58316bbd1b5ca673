/** A document's way to us: what it says, then its images by links that take exactly those, then that all is there. */
import { Trouble } from "/shared/parts.js";
import { lookAgain, see } from "/shared/seen.js";
import { call } from "/shared/session.js";

const PATH = "/v1/me/verification";
const DOCUMENTS = `${PATH}/documents`;
export const TYPES = ["image/jpeg", "image/png", "application/pdf"];
const MOST_IMAGES = 4;
const MOST_BYTES = 10_000_000;
const THERE = 412;

export const verification = () => see(PATH);

/** → work(fields, files): once more after a broken network goes on with the same document. */
export function handingIn(kind) {
  const begun = { said: "", document: null };
  return async (fields, files) => {
    const wish = { kind, ...fields, images: checked(files).map(({ type, size }) => ({ type, bytes: size })) };
    const said = JSON.stringify([wish, files.map(({ name, lastModified }) => [name, lastModified])]);
    if (begun.said !== said) Object.assign(begun, { document: await call("POST", DOCUMENTS, { body: wish }), said });
    const { id, uploads } = begun.document;
    for (const [at, upload] of uploads.entries()) await put(upload, files[at]);
    await call("POST", `${DOCUMENTS}/${id}/submit`);
    await lookAgain(PATH);
  };
}

function checked(files) {
  if (files.length > MOST_IMAGES) throw new Trouble("verification.many", { most: MOST_IMAGES });
  if (files.some(({ type }) => !TYPES.includes(type))) throw new Trouble("verification.type");
  if (files.some(({ size }) => size === 0 || size > MOST_BYTES)) throw new Trouble("verification.large");
  return files;
}

/** A link takes one image: whoever comes again has put theirs there already. */
async function put({ url, headers }, file) {
  const answer = await fetch(url, { method: "PUT", headers, body: file }).catch((cause) => {
    throw new Trouble("verification.broken", {}, cause);
  });
  if (!answer.ok && answer.status !== THERE) throw new Trouble("verification.broken");
}
