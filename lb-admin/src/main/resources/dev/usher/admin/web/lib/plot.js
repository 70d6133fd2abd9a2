// Drawing of every chart: uPlot, in the colours of the theme.

import { useEffect, useRef } from "preact/hooks";
import { html } from "./ui.js";

/** uPlot from its plain script, fetched for the first chart; its module is not minified. */
const uPlot = await new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = "/assets/vendor/uPlot.iife.min.js";
  script.onload = () => resolve(window.uPlot);
  script.onerror = reject;
  document.head.append(script);
});

/** A CSS variable's colour in a form for canvas, in the current theme. */
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export const axis = (size, values) => ({
  stroke: () => colour("--dim"),
  grid: { stroke: () => colour("--grid"), width: 1 },
  ticks: { stroke: () => colour("--grid"), width: 1, size: 4 },
  font: "11px system-ui, sans-serif",
  size,
  values,
});

/** Indices of the values without a neighbour: a line through a single point cannot be seen. */
const alone = (u, series) => {
  const values = u.data[series];
  return [...values.keys()].filter((i) => values[i] != null && values[i - 1] == null && values[i + 1] == null);
};

export const line = ({ label, colour: name, fill }) => ({
  label,
  stroke: () => colour(name),
  fill: fill && (() => colour(`${name}-fill`)),
  width: 1.5,
  points: { show: false, size: 4, filter: alone },
  spanGaps: false,
});

/** The plot itself: fills the width, follows the theme. */
export function Plot({ options, data, height, onCursor }) {
  const place = useRef(null);
  const plot = useRef(null);
  useEffect(() => {
    const made = new uPlot(
      {
        width: place.current.clientWidth,
        height,
        legend: { show: false },
        hooks: { setCursor: [(u) => onCursor(u.cursor.idx ?? null)] },
        ...options,
      },
      data,
      place.current,
    );
    plot.current = made;
    const sizes = new ResizeObserver(([entry]) => made.setSize({ width: entry.contentRect.width, height }));
    sizes.observe(place.current);
    const redraw = () => made.redraw(false);
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", redraw);
    addEventListener("usher-theme", redraw);
    return () => {
      sizes.disconnect();
      system.removeEventListener("change", redraw);
      removeEventListener("usher-theme", redraw);
      made.destroy();
    };
  }, []);
  useEffect(() => plot.current.setData(data), [data]);
  return html`<div class="plot" ref=${place} aria-hidden="true"></div>`;
}

export const Keys = ({ series, values }) => html`<ul class="keys" aria-hidden="true">
  ${series.map((each, i) => html`<li key=${each.label}><i class=${`swatch ${each.colour.slice(2)}`}></i>${each.label} <b>${values[i]}</b></li>`)}
</ul>`;
