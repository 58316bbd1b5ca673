/** A code for the customer: an order is opened, and its own screen follows it. */
import { shownSum } from "/till/sales.js";
import { here } from "/till/staff.js";
import { say } from "/shared/language.js";
import { Button, Heading, job, Problem, Up, Waiting } from "/shared/parts.js";
import { goInstead } from "/shared/router.js";
import { call } from "/shared/session.js";
import { html } from "/shared/ui.js";

export function open({ query }) {
  const sale = { amount: Number(query.amount), currency: query.currency, reference: query.reference };
  const opening = job(async () => {
    const body = { amount: sale.amount, currency: sale.currency, order_reference: sale.reference, ...here() };
    goInstead(`/checkouts/${(await call("POST", "/v1/checkouts", { body, patient: false })).id}`);
  });
  void opening.run();
  const title = () => say("till.qr.title", { amount: shownSum(sale) });
  return { title, view: () => html`
    <${Up} path="/">${say("till.another-amount")}<//>
    <${Heading}>${title()}<//>
    <${Problem} of=${opening.problem.value} />
    ${opening.problem.value ? html`<${Button} job=${opening} onClick=${opening.run}>${say("shared.again")}<//>` : html`<${Waiting} lines=${4} />`}
  ` };
}
