/** Staff sign in as themselves, choose where they stand, and only the till's own session stays in this browser. */
import { good, insist } from "/shared/door.js";
import { say, sayOr } from "/shared/language.js";
import { Button, Empty, Field, Form, Heading, Icon, job, Problem, Submit, Trouble } from "/shared/parts.js";
import { passkeysHere, signed } from "/shared/passkeys.js";
import { deviceToken, ended, hold } from "/shared/session.js";
import { store } from "/shared/stored.js";
import { html, signal } from "/shared/ui.js";

const DEVICE = "till.device";

export function open() {
  /** {step: password, factor or place, and what the step needs}; a person's own tokens live here alone. */
  const at = signal({ step: "password" });
  const device = () => ({ device_name: say("till.name"), device_token: deviceToken() });
  const ask = async (path, body, token) => good(await insist("POST", path, { body, token }));
  const password = job(async ({ identifier, password: typed }) => {
    const answer = await ask("/v1/sessions", { identifier, password: typed, ...device() });
    if (answer.challenge) at.value = factorOf(answer);
    else await known(answer);
  });
  const prove = async (proof) => known(await ask("/v1/sessions/second-factor", { challenge: at.value.challenge, method: at.value.method, ...proof, device_token: deviceToken() }));
  const factor = job(({ code }) => prove({ code: code.trim() }));
  const passkey = job(async () => {
    const credential = await signed(at.value.passkey);
    if (credential) await prove({ credential });
  });
  /** Where they may stand: straight there if it is one place. */
  async function known(tokens) {
    if (tokens.device_token) store(DEVICE, tokens.device_token);
    const token = tokens.access_token;
    const { data } = good(await insist("GET", "/v1/me/staff-roles", { token }));
    const places = await placesOf(data.filter(({ status }) => status === "active"), token);
    if (places.length === 0) return forget(token), Promise.reject(new Trouble("till.enter.nowhere"));
    if (places.length === 1) return begin(places[0], token);
    at.value = { step: "place", places, token };
  }
  const begin = async (place, token) => {
    const { id: staff_id, store_id } = place;
    const made = await ask("/v1/staff-sessions", { staff_id, ...(store_id && { store_id }), device_name: say("till.name") }, token);
    const seen = async (path) => good(await insist("GET", path, { token: made.token }));
    const [current, { accounts }] = await Promise.all([seen("/v1/staff-sessions/current"), seen(`/v1/merchants/${made.merchant_id}`)]);
    forget(token);
    hold({ access_token: made.token, session_id: made.id, subject: made.merchant_id, about: { ...current, currencies: Object.keys(accounts) } });
  };
  const stand = job((place) => begin(place, at.value.token));
  const of = { at, password, factor, passkey, stand };
  return { title: () => say("till.enter.title"), view: () => html`<section class="card door"><${STEPS[at.value.step]} ...${of} /></section>` };
}

/** The person's own session ends with the sign-in: whoever finds the till finds no wallet. */
const forget = (token) => void insist("DELETE", "/v1/sessions/current", { token }).catch(() => {});

/** Each shop with each of its stores that they may stand in. */
async function placesOf(roles, token) {
  const found = [];
  for (const role of roles) {
    const stores = await Promise.all((role.store_ids ?? []).map(async (id) => (await insist("GET", `/v1/stores/${id}`, { token })).body));
    const open = stores.filter((one) => one?.id && one.status !== "closed");
    found.push(...(open.length ? open.map((one) => ({ ...role, store_id: one.id, store_name: one.name })) : [role]));
  }
  return found;
}

/** What the challenge can be met with here, an authenticator first. */
function factorOf(asked) {
  const methods = asked.methods.filter((one) => one !== "passkey" || passkeysHere());
  return { ...asked, step: "factor", methods, method: methods.find((one) => one === "totp") ?? methods[0] };
}

const Password = ({ password }) => html`
  <${Heading}>${say("till.enter.title")}<//>
  <p>${say("till.enter.lead")}</p>
  ${ended.value && html`<p class="note" role="status">${say("till.enter.expired")}</p>`}
  <${Form} job=${password}>
    <${Field} name="identifier" label=${say("till.enter.identifier")} autocomplete="username" inputmode="email" autocapitalize="none" required />
    <${Field} name="password" label=${say("till.enter.password")} type="password" autocomplete="current-password" required />
    <${Submit} job=${password}>${say("till.enter.go")}<//>
  <//>
`;

const Factor = ({ at, factor, passkey }) => html`
  <${Heading}>${say("till.enter.factor")}<//>
  ${at.value.method === "passkey"
    ? html`<${Button} job=${passkey} onClick=${passkey.run}>${say("till.enter.passkey")}<//><${Problem} of=${passkey.problem.value} />`
    : html`<${Form} job=${factor}>
        <${Field} key=${at.value.method} name="code" label=${sayOr(`till.enter.${at.value.method}`, say("till.enter.totp"))} autocomplete="one-time-code" inputmode=${at.value.method === "totp" ? "numeric" : "text"} required />
        <${Submit} job=${factor}>${say("till.enter.go")}<//>
      <//>`}
  ${at.value.methods.filter((one) => one !== at.value.method).map((one) => html`
    <button key=${one} type="button" class="plain" onClick=${() => (at.value = { ...at.value, method: one })}>${sayOr(`till.enter.${one}`, one)}</button>`)}
`;

const Place = ({ at, stand }) => html`
  <${Heading}>${say("till.enter.place")}<//>
  <${Problem} of=${stand.problem.value} />
  ${at.value.places.length === 0 && html`<${Empty}>${say("till.enter.nowhere.title")}<//>`}
  <ul class="rows">
    ${at.value.places.map((one) => html`
      <li key=${one.id + (one.store_id ?? "")}><button type="button" onClick=${() => stand.run(one)}>
        <span class="row-words"><strong>${one.store_name || one.merchant_name}</strong><small>${one.store_name ? `${one.merchant_name} · ` : ""}${say(`till.role.${one.role}`)}</small></span><${Icon} name="on" />
      </button></li>`)}
  </ul>
`;

const STEPS = { password: Password, factor: Factor, place: Place };
