/** How long people's tasks take, which they give up, and how easy they find them; of nobody in particular. */
import { what } from "/console/show.js";
import { Table } from "/console/table.js";
import { say, shownNumber } from "/shared/language.js";
import { Heading, Shown } from "/shared/parts.js";
import { see } from "/shared/seen.js";
import { html } from "/shared/ui.js";

export function open() {
  const report = see("/v1/reports/tasks");
  return { title: () => say("console.tasks"), view: () => html`
    <${Heading}>${say("console.tasks")}<//>
    <${Shown} of=${report}>${(data) => html`<${Table} name="tasks" title=${say("console.tasks-between", { from: data.from, to: data.to })} rows=${data.tasks} id=${(row) => row.task + row.mode + row.language} columns=${COLUMNS} empty=${say("console.nothing-yet")} />`}<//>` };
}

const word = (key) => ({ key, cell: (row) => what(row[key]), text: (row) => row[key] });
const number = (key, value) => ({ key, number: true, cell: (row) => (value(row) === null ? "–" : shownNumber(value(row), { maximumFractionDigits: 1 })), text: (row) => value(row) ?? "" });
const COLUMNS = [
  word("task"),
  word("mode"),
  word("language"),
  number("completed", (row) => row.completed),
  number("abandoned", (row) => row.abandoned),
  number("mean-seconds", (row) => (row.completed ? row.seconds / row.completed : null)),
  number("mean-score", (row) => mean(row.scores)),
];

function mean(scores) {
  const pairs = Object.entries(scores);
  const all = pairs.reduce((sum, [, times]) => sum + times, 0);
  return all ? pairs.reduce((sum, [score, times]) => sum + Number(score) * times, 0) / all : null;
}
