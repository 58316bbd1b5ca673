/** Kinds of merchants, in a form: any of them. */
import { say } from "/shared/language.js";
import { html } from "/shared/ui.js";

export const ALL = ["groceries", "restaurants", "shopping", "transport", "health", "education", "leisure", "services", "other"];

/** Any of them, in a form; `chosen` reads which. */
export const Boxes = ({ title }) => html`
  <fieldset><legend>${title}</legend>
    ${ALL.map((one) => html`<label key=${one}><input type="checkbox" name=${`category-${one}`} />${say(`categories.${one}`)}</label>`)}
  </fieldset>`;
export const chosen = (fields) => ALL.filter((one) => fields[`category-${one}`]);
