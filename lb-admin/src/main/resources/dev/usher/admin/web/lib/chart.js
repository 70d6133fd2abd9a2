// Charts over time. Each says in words what it shows, and has its numbers as a table on demand.

import { useEffect, useMemo, useState } from "preact/hooks";
import { clock, count, span } from "./format.js";
import { history, live, want } from "./live.js";
import { Keys, linear, marks, Plot } from "./plot.js";
import { store, useStore } from "./store.js";
import { html } from "./ui.js";

/** Seconds across, and how few there may be while usher is young. */
const WINDOW = 900;
const LEAST = 120;
/** Seconds between two points from which on a line is broken: nobody knows what was in between. */
const HOLE = 5;
/** Pixels for a mark of the time with its text; lines across, at most. */
const APART = 70;
const ACROSS = 4;

/** Steps of the marks: of time, and of the lines across, where bytes are at round numbers of KiB and so on. */
const MINUTE = 60;
const TIMES = [5, 10, 15, 30, MINUTE, 2 * MINUTE, 3 * MINUTE, 5 * MINUTE];
const BINARY = Array.from({ length: 50 }, (_, i) => 2 ** i);
const ROUND = Array.from({ length: 60 }, (_, i) => [1, 2, 5][i % 3] * 10 ** (Math.floor(i / 3) - 7));
const WHOLE = ROUND.filter((step) => step >= 1);

/** The moment that is pointed at, on all charts at once. */
const pointed = store(null);

const known = (values) => values.filter((value) => value != null);

const summary = (series, columns, format) =>
  series
    .map(({ label, column }) => {
      const values = known(columns[column]);
      if (!values.length) return `${label}: nothing measured`;
      return `${series.length > 1 ? `${label} ` : ""}${format(Math.min(...values))} to ${format(Math.max(...values))}`;
    })
    .join(", ");

/** A minute a row: the mean and the highest of each series. */
function Minutes({ title, series, columns, format }) {
  const minutes = new Map();
  columns.at.forEach((at, i) => {
    const minute = Math.floor(at / 60) * 60;
    if (!minutes.has(minute)) minutes.set(minute, []);
    minutes.get(minute).push(i);
  });
  const cell = ({ column }, indices, what) => {
    const values = known(indices.map((i) => columns[column][i]));
    if (!values.length) return "–";
    return format(what === "most" ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length);
  };
  return html`<div class="wide" tabindex="0" role="region" aria-label=${`${title}, by the minute`}><table>
    <caption class="unseen">${title}, by the minute</caption>
    <thead><tr><th scope="col">minute</th>${series.map(({ label }) => html`<th scope="col" class="number">${label}, mean</th><th scope="col" class="number">highest</th>`)}</tr></thead>
    <tbody>${[...minutes].reverse().map(
      ([minute, indices]) => html`<tr key=${minute}><th scope="row">${clock(new Date(minute * 1000)).slice(0, 5)}</th>
        ${series.map((each) => html`<td class="number">${cell(each, indices, "mean")}</td><td class="number">${cell(each, indices, "most")}</td>`)}</tr>`,
    )}</tbody>
  </table></div>`;
}

/**
 * The last 15 minutes of some columns of the history.
 * @param {object} chart
 * @param {string} chart.title
 * @param {{label: string, column: string, colour: string, fill?: boolean}[]} chart.series
 * @param {(value: number|null) => string} chart.format
 * @param {boolean} [chart.bytes] whether the lines across are at round numbers of KiB, MiB and so on
 */
export function TimeChart({ title, series, format = count, bytes = false }) {
  useStore(live);
  const moment = useStore(pointed);
  const [open, setOpen] = useState(false);
  useEffect(() => want(series.map(({ column }) => column)), []);
  const columns = history();
  // the columns grow in place: only their end tells whether there is news, and a moved cursor is none
  const news = [columns, columns.at.at(-1), columns.at.length];
  const { x, y, lines, says } = useMemo(() => ({
    x: timeAxis([...columns.at]),
    y: valueAxis(series.map(({ column }) => columns[column]), format, bytes),
    lines: series.map(({ column, ...rest }) => ({ values: columns[column], ...rest })),
    says: summary(series, columns, format),
  }), news);
  const at = moment == null ? -1 : columns.at.lastIndexOf(moment);
  const values = series.map(({ column }) => format(columns[column][at < 0 ? columns.at.length - 1 : at]));
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      <${Keys} series=${series} values=${values} />
    </figcaption>
    <${Plot} x=${x} y=${y} lines=${lines} height=${150} cursor=${at < 0 ? null : at} onCursor=${(i) => pointed.set(i == null ? null : columns.at[i])} />
    <p class="dim summary">${at < 0 ? `the last ${span(columns.at.length ? columns.at.at(-1) - columns.at[0] : 0)}` : html`<b>${clock(new Date(moment * 1000))}</b>`}: ${says}</p>
    <details onToggle=${(event) => setOpen(event.target.open)}>
      <summary>Numbers<span class="unseen"> of ${title}</span></summary>
      ${open && html`<${Minutes} title=${title} series=${series} columns=${columns} format=${format} />`}
    </details>
  </figure>`;
}

function timeAxis(values) {
  const last = values.at(-1) ?? 0;
  const first = Math.max(last - WINDOW, Math.min(values[0] ?? 0, last - LEAST));
  const told = (at, step) => clock(new Date(at * 1000)).slice(0, step < MINUTE ? 8 : 5);
  return {
    values,
    place: linear(first, last),
    leap: HOLE,
    marks: (room) => values.length === 0 ? [] : marks(first, last, room / APART, TIMES).map((at, _, all) => [at, told(at, all[1] - all[0])]),
  };
}

function valueAxis(series, format, bytes) {
  const most = Math.max(0, ...series.flatMap(known));
  const top = most > 0 ? most * 1.1 : 1;
  const steps = bytes ? BINARY : format === count ? WHOLE : ROUND;
  return { size: bytes ? 74 : 58, place: linear(0, top), marks: marks(0, top, ACROSS, steps).map((value) => [value, format(value)]) };
}
