/** A list of places to go or things to see: icon, title, what about it, and an arrow. */
import { Icon } from "/shared/parts.js";
import { html } from "/shared/ui.js";

export const Rows = ({ children, label }) => html`<ul class="rows card" aria-label=${label}>${children}</ul>`;

export const Row = ({ path, icon, title, about, count }) => html`
  <li>
    <a href=${path.includes(":") ? path : `#${path}`}>
      ${icon && html`<${Icon} name=${icon} />`}
      <span class="row-words"><span>${title}</span>${about && html`<small>${about}</small>`}</span>
      ${count ? html`<span class="count">${count}</span>` : ""}
      <${Icon} name="on" />
    </a>
  </li>
`;
