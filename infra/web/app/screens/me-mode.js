/** Which mode the app is in, and how large the letters of the easy mode are. */
import { chooseMode, chooseSize, mode, MODES, preferences, size, SIZES } from "/app/me.js";
import { say } from "/shared/language.js";
import { Heading, Problem, Up, announce, job } from "/shared/parts.js";
import { complete } from "/shared/tasks.js";
import { html, signal } from "/shared/ui.js";

export function open() {
  const mine = preferences();
  const wanted = signal("");
  const choosing = job(async (chosen) => {
    wanted.value = chosen;
    await chooseMode(chosen).finally(() => (wanted.value = ""));
    complete("mode");
    announce(say("mode.chosen", { mode: say(`mode.${chosen}`) }));
  });
  return { title: () => say("me.mode"), view: () => html`<${Mode} mine=${mine} choosing=${choosing} shown=${wanted.value || mode.value} />` };
}

const Mode = ({ mine, choosing, shown }) => html`
  <${Up} path="/me">${say("app.tab.person")}<//>
  <${Heading}>${say("me.mode")}<//>
  ${mine.value.data?.guarded && html`<p class="note">${say("mode.guarded")}</p>`}
  <fieldset class="choices">
    <legend class="unseen">${say("me.mode")}</legend>
    ${MODES.map((one) => html`<${Choice} key=${one} group="mode" value=${one} checked=${shown === one} onChoose=${() => choosing.run(one)} title=${say(`mode.${one}`)} about=${say(`mode.${one}-about`)} />`)}
  </fieldset>
  <${Problem} of=${choosing.problem.value} />
  ${mode.value === "easy" && html`
    <h2>${say("mode.size")}</h2>
    <fieldset class="choices sizes">
      <legend class="unseen">${say("mode.size")}</legend>
      ${SIZES.map((one) => html`<${Choice} key=${one} group="size" value=${one} checked=${size.value === one} onChoose=${() => chooseSize(one)} title=${say(`mode.size.${one}`)} />`)}
    </fieldset>`}
`;

const Choice = ({ group, value, checked, onChoose, title, about }) => html`
  <label class="choice">
    <input type="radio" name=${group} value=${value} checked=${checked} onChange=${onChoose} />
    <span><strong>${title}</strong>${about && html`<small>${about}</small>`}</span>
  </label>
`;
