// Charts over time, each with a summary in words, and its numbers as a table on demand.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock, count, span } from "./format.js";
import { history, live, want } from "./live.js";
import { axis, Keys, line, Plot } from "./plot.js";
import { useStore } from "./store.js";
import { html } from "./ui.js";

/** Width in seconds, and the least width while usher is young. */
const WINDOW = 900;
const LEAST = 120;
/** Seconds between two time marks below which the marks show seconds. */
const MINUTE = 60;
const times = (splits) => splits.map((at) => clock(new Date(at * 1000)).slice(0, splits[1] - splits[0] < MINUTE ? 8 : 5));

/** Steps of the horizontal lines: round numbers of KiB, MiB and so on for bytes, whole numbers for counts. */
const BINARY = Array.from({ length: 50 }, (_, i) => 2 ** i);
const WHOLE = Array.from({ length: 30 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

/** A whole window lacks the width of its first point. */
const covered = (length) => span(length > WINDOW - 6 ? WINDOW : length || 0);

const known = (values) => values.filter((value) => value != null);

const summary = (series, columns, format) =>
  series
    .map(({ label, column }) => {
      const values = known(columns[column]);
      if (!values.length) return `${label}: nothing measured`;
      return `${series.length > 1 ? `${label} ` : ""}${format(Math.min(...values))} to ${format(Math.max(...values))}`;
    })
    .join(", ");

/** A table with a row per minute: mean and maximum of each series. */
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
 * @param {{label: string, column: string, colour: string, fill?: boolean}[]} chart.series colours are CSS variables
 * @param {(value: number|null) => string} chart.format
 * @param {boolean} [chart.bytes] whether the lines across are at round numbers of KiB, MiB and so on
 */
export function TimeChart({ title, series, format = count, bytes = false }) {
  useStore(live);
  const [cursor, setCursor] = useState(null);
  const [open, setOpen] = useState(false);
  useEffect(() => want(series.map(({ column }) => column)), []);
  const columns = history();
  const options = useRef(null);
  options.current ??= {
    cursor: { sync: { key: "time" }, y: false, drag: { x: false, y: false }, points: { size: 5 } },
    scales: {
      x: { time: true, range: (_, first, last) => [Math.max(last - WINDOW, Math.min(first, last - LEAST)), last] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [{ ...axis(28, (_, splits) => times(splits)), space: 70 }, { ...axis(bytes ? 74 : 58, (_, splits) => splits.map((v) => format(v))), ...(bytes ? { incrs: BINARY } : format === count && { incrs: WHOLE }) }],
    series: [{}, ...series.map(line)],
  };
  const index = cursor ?? columns.at.length - 1;
  // columns grow in place: new data shows at their end only, and a moved cursor is no new data
  const news = [columns, columns.at.at(-1), columns.at.length];
  const data = useMemo(() => [columns.at, ...series.map(({ column }) => columns[column])], news);
  const says = useMemo(() => summary(series, columns, format), news);
  const values = series.map(({ column }) => format(columns[column]?.[index]));
  return html`<figure class="chart">
    <figcaption>
      <h3>${title}</h3>
      <${Keys} series=${series} values=${values} />
    </figcaption>
    <${Plot} options=${options.current} data=${data} height=${150} onCursor=${setCursor} />
    <p class="dim summary">${cursor == null ? `the last ${covered(columns.at.at(-1) - columns.at[0])}` : html`<b>${clock(new Date(columns.at[index] * 1000))}</b>`}: ${says}</p>
    <details onToggle=${(event) => setOpen(event.target.open)}>
      <summary>Numbers<span class="unseen"> of ${title}</span></summary>
      ${open && html`<${Minutes} title=${title} series=${series} columns=${columns} format=${format} />`}
    </details>
  </figure>`;
}
