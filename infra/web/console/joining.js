/** Taking a merchant on: what is agreed with it, and what it says of its business, unless whoever does it vouches for it. */
import { ask } from "/console/ask.js";
import { Categories } from "/console/dealing.js";
import { CURRENCIES, say } from "/shared/language.js";
import { announce, Field, Trouble } from "/shared/parts.js";
import { go } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html, signal } from "/shared/ui.js";

const FACTS = ["legal_name", "registration_number", "country", "representative_name", "website"];
const ABOUT = { country: { maxlength: 2, autocapitalize: "characters" }, website: { type: "url", required: false } };

export function takeOn() {
  const vouches = signal(false);
  ask({
    title: say("shops.take-on"),
    what: say("shops.take-on-what"),
    plain: true,
    fields: (wrong) => html`<${Agreed} wrong=${wrong} /><${Business} wrong=${wrong} vouches=${vouches} />`,
    go: say("shops.take-on"),
    act: async (fields) => {
      const { id } = await call("POST", "/v1/merchants", { body: wishOf(fields, vouches.peek()) });
      announce(say("shops.taken-on"), true);
      go(`/merchants/${id}`);
    },
  });
}

/** Throws Trouble where no currency is ticked. */
function wishOf(fields, vouches) {
  const currencies = Object.keys(CURRENCIES).filter((one) => `in-${one}` in fields);
  if (currencies.length === 0) throw new Trouble("shops.no-currency");
  const agreed = { name: fields.name, category: fields.category, currencies, fee_basis_points: Math.round(Number(fields.fee_percent.replace(",", ".")) * 100), fee_fixed: Number(fields.fee_fixed), floor: -Math.abs(Number(fields.floor)) };
  return vouches ? agreed : { ...agreed, business: businessOf(fields) };
}

const businessOf = (fields) => {
  const said = Object.fromEntries(FACTS.map((name) => [name, fields[name].trim()]));
  return { ...said, country: said.country.toUpperCase(), website: said.website || null };
};

const Agreed = ({ wrong }) => html`
  <${Field} name="name" label=${say("shops.merchant-name")} hint=${say("shops.merchant-name-about")} problem=${wrong("name")} autocomplete="off" maxlength="64" required />
  <${Categories} />
  <fieldset><legend>${say("console.currencies")}</legend>
    ${Object.keys(CURRENCIES).map((one) => html`<label key=${one}><input type="checkbox" name=${`in-${one}`} /> ${one}</label>`)}
  </fieldset>
  <${Field} name="fee_percent" label=${say("shops.fee-percent")} problem=${wrong("fee_basis_points")} defaultValue="0.6" inputmode="decimal" autocomplete="off" required />
  <${Field} name="fee_fixed" label=${say("shops.fee-fixed")} hint=${say("shops.minor-about")} problem=${wrong("fee_fixed")} defaultValue="0" inputmode="numeric" autocomplete="off" required />
  <${Field} name="floor" label=${say("shops.floor")} hint=${say("shops.floor-about")} problem=${wrong("floor")} defaultValue="0" inputmode="numeric" autocomplete="off" required />
`;

const Business = ({ wrong, vouches }) => html`
  <fieldset>
    <legend>${say("shops.business")}</legend>
    <label><input type="checkbox" id="vouches" defaultChecked=${vouches.peek()} onChange=${(event) => (vouches.value = event.target.checked)} /> ${say("shops.vouch")}</label>
    <p><small>${say(vouches.value ? "shops.vouch-about" : "shops.business-about")}</small></p>
    ${!vouches.value && FACTS.map((name) => html`<${Field} key=${name} name=${name} label=${say(`console.${name}`)} hint=${name === "country" ? say("shops.country-about") : ""} problem=${wrong(name)} autocomplete="off" required ...${ABOUT[name]} />`)}
  </fieldset>
`;
