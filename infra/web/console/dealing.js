/** What a merchant deals in: the choice, and changing it. */
import { ask } from "/console/ask.js";
import { ALL } from "/console/categories.js";
import { may } from "/console/may.js";
import { say } from "/shared/language.js";
import { lookAgain } from "/shared/seen.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export const Categories = ({ chosen = "other" }) => html`
  <label class="field" for="category"><span>${say("shops.category")}</span>
    <select id="category" name="category">${ALL.map((one) => html`<option key=${one} value=${one} selected=${one === chosen}>${say(`categories.${one}`)}</option>`)}</select>
  </label>`;

export const Category = ({ of: merchant }) => html`
  ${say(`categories.${merchant.category}`)}
  ${may("merchants.join") && html` <button type="button" class="small" onClick=${() => change(merchant)}>${say("shops.change")}</button>`}`;

const change = (merchant) =>
  ask({
    title: say("shops.category"),
    what: merchant.name,
    fields: () => html`<${Categories} chosen=${merchant.category} />`,
    plain: true,
    go: say("shops.change"),
    done: say("shops.categorised"),
    act: async ({ category }) => {
      await call("PUT", `/v1/merchants/${merchant.id}/category`, { body: { category } });
      await lookAgain(`/v1/merchants/${merchant.id}`);
    },
  });
