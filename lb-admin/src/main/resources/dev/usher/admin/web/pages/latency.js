import { useMemo, useState } from "preact/hooks";
import { useData } from "../lib/api.js";
import { count, seconds } from "../lib/format.js";
import { Keys, logarithmic, Plot } from "../lib/plot.js";
import { html, Loaded } from "../lib/ui.js";

/** All that a pool's histograms hold. */
export function Page({ pool }) {
  const from = useData(`/pools/${encodeURIComponent(pool)}/latency`, 10_000);
  return html`<${Loaded} from=${from}>${(latency) => html`<${PercentilePlot} title=${`Latency of ${pool}`} latency=${latency} />`}<//>`;
}

const DISTRIBUTIONS = [
  { label: "connect", key: "connect", colour: "c1" },
  { label: "first byte", key: "first_byte", colour: "c2" },
  { label: "session", key: "session", colour: "c3" },
];
const READ_OUT = [50, 90, 99, 99.9, 99.99, 100];

/** Seconds at a percentile. */
function at({ percentiles, seconds: values }, percentile) {
  const i = percentiles.findIndex((each) => each >= percentile - 1e-9);
  return i < 0 ? null : values[i];
}

/** One x for all, 1/(1-p), as far as the largest count reaches: 24 points for each factor of ten. */
function curves(latency) {
  const most = Math.max(10, ...DISTRIBUTIONS.map(({ key }) => latency[key].count));
  const steps = Math.ceil(Math.log10(most) * 24);
  const x = Array.from({ length: steps + 1 }, (_, i) => 10 ** (i / 24));
  const y = DISTRIBUTIONS.map(({ key }) =>
    x.map((value) => (value > latency[key].count * 1.5 ? null : at(latency[key], 100 - 100 / value) || null)),
  );
  return [x, ...y];
}

const percent = (x) => `${Number((100 - 100 / x).toPrecision(12))} %`;
/** Powers of ten from the one at or below a value to the one at or above another; two at least. */
function powers(from, to) {
  const first = Math.floor(Math.log10(from) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log10(to) - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`));
}

const told = (y) => (y < 1 ? seconds(y) : `${count(y)} s`);

/** x spreads the percentiles so that each nine has the same room, y is time; both on a log scale. */
function drawing(latency) {
  const [x, ...y] = curves(latency);
  const known = y.flat().filter((value) => value != null);
  const nines = powers(1, x.at(-1));
  const times = powers(Math.min(...known), Math.max(...known));
  return {
    x: {
      values: x,
      place: logarithmic(1, x.at(-1)),
      marks: (room) => nines.filter((value, i) => value <= x.at(-1) && i % (room < 440 ? 2 : 1) === 0).map((value) => [value, percent(value)]),
    },
    y: { size: 62, place: logarithmic(times[0], times.at(-1)), marks: times.map((value) => [value, told(value)]) },
    lines: DISTRIBUTIONS.map(({ colour }, i) => ({ colour, values: y[i] })),
  };
}

/** The whole distribution: x spreads the percentiles so that each nine has the same room, y is time on a log scale. */
function PercentilePlot({ title, latency }) {
  const [cursor, setCursor] = useState(null);
  const { x, y, lines } = useMemo(() => drawing(latency), [latency]);
  if (!DISTRIBUTIONS.some(({ key }) => latency[key].count)) return html`<p class="dim">No session has been measured yet.</p>`;
  return html`<figure class="chart whole">
    <figcaption>
      <h3>${title}</h3>
      <${Keys} series=${DISTRIBUTIONS} values=${lines.map(({ values }) => (cursor == null ? "" : seconds(values[cursor])))} />
      ${cursor != null && html`<b class="where">${Number((100 - 100 / x.values[cursor]).toPrecision(5))} %</b>`}
    </figcaption>
    <${Plot} x=${x} y=${y} lines=${lines} height=${240} cursor=${cursor} onCursor=${setCursor} />
    <p class="dim summary">Across: the share of sessions that were faster, each nine with the same room. Since the start.</p>
    <div class="wide" tabindex="0" role="region" aria-label=${`${title}, in numbers`}><table>
      <caption class="unseen">${title}, in numbers</caption>
      <thead><tr><th scope="col">time to</th>${READ_OUT.map((p) => html`<th scope="col" class="number">${p === 100 ? "longest" : `${p} %`}</th>`)}<th scope="col" class="number">measured</th></tr></thead>
      <tbody>${DISTRIBUTIONS.map(
        ({ label, key }) => html`<tr key=${key}><th scope="row">${label}</th>
          ${READ_OUT.map((p) => html`<td class="number">${seconds(at(latency[key], p))}</td>`)}<td class="number">${count(latency[key].count)}</td></tr>`,
      )}</tbody>
    </table></div>
  </figure>`;
}
