import { useRef, useState } from "preact/hooks";
import { useData } from "../lib/api.js";
import { count, seconds } from "../lib/format.js";
import { axis, Keys, line, Plot } from "../lib/plot.js";
import { html, Loaded } from "../lib/ui.js";

/** The whole latency distribution of a pool. */
export function Page({ pool }) {
  const from = useData(`/pools/${encodeURIComponent(pool)}/latency`, 10_000);
  return html`<${Loaded} from=${from}>${(latency) => html`<${PercentilePlot} title=${`Latency of ${pool}`} latency=${latency} />`}<//>`;
}

const DISTRIBUTIONS = [
  { label: "connect", key: "connect", colour: "--c1" },
  { label: "first byte", key: "first_byte", colour: "--c2" },
  { label: "session", key: "session", colour: "--c3" },
];
const READ_OUT = [50, 90, 99, 99.9, 99.99, 100];

/** Seconds at a percentile. */
function at({ percentiles, seconds: values }, percentile) {
  const i = percentiles.findIndex((each) => each >= percentile - 1e-9);
  return i < 0 ? null : values[i];
}

/** Curves over a common x, 1/(1-p), up to the largest count: 24 points for each factor of ten. */
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
const isPower = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

/** An axis on a log scale: lines and texts at the powers of ten only. */
function nines(size, format) {
  const made = axis(size, (_, splits) => splits.map((value) => (value == null ? null : format(value))));
  const filter = (plot, splits) => {
    const every = plot.width < 500 ? 2 : 1;
    return splits.map((value) => (isPower(value) && Math.round(Math.log10(value)) % every === 0 ? value : null));
  };
  return { ...made, filter, grid: { ...made.grid, filter }, ticks: { ...made.ticks, filter } };
}

/** Plot of a distribution: x gives each nine of the percentile the same width, y is time on a log scale. */
function PercentilePlot({ title, latency }) {
  const [cursor, setCursor] = useState(null);
  const options = useRef(null);
  options.current ??= {
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 } },
    scales: { x: { time: false, distr: 3, range: (_, __, most) => [1, most] }, y: { distr: 3 } },
    axes: [
      nines(28, percent),
      nines(62, (y) => (y < 1 ? seconds(y) : `${count(y)} s`)),
    ],
    series: [{}, ...DISTRIBUTIONS.map(line)],
  };
  const data = useRef({});
  if (data.current.latency !== latency) data.current = { latency, curves: curves(latency) };
  const [x, ...y] = data.current.curves;
  if (!DISTRIBUTIONS.some(({ key }) => latency[key].count)) return html`<p class="dim">No session has been measured yet.</p>`;
  return html`<figure class="chart whole">
    <figcaption>
      <h3>${title}</h3>
      <${Keys} series=${DISTRIBUTIONS} values=${cursor == null ? ["", "", ""] : y.map((values) => seconds(values[cursor]))} />
      ${cursor != null && html`<b class="where">${Number((100 - 100 / x[cursor]).toPrecision(5))} %</b>`}
    </figcaption>
    <${Plot} options=${options.current} data=${data.current.curves} height=${240} onCursor=${setCursor} />
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
