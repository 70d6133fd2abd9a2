// What all charts are drawn with: lines over one x, as SVG, so that colours are those of the theme without asking.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { html } from "./ui.js";

/** Pixels above the highest line, and below the lowest for the texts of x. */
const TOP = 6;
const FOOT = 20;

/** Where a value is between two others: 0 is at the first, 1 at the second. */
export const linear = (from, to) => (value) => (value - from) / (to - from);
export const logarithmic = (from, to) => (value) => Math.log(value / from) / Math.log(to / from);

/** Multiples of the first step that makes no more marks than wanted. */
export function marks(from, to, most, steps) {
  const step = steps.find((each) => (to - from) / each <= most) ?? to - from;
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}

/** Half of the longest text below: one that is nearer to the right edge ends there. */
const HALF_TEXT = 28;
const within = (x, width) => (x > width - HALF_TEXT ? { x: width, "text-anchor": "end" } : { x, "text-anchor": "middle" });

const fine = (number) => Math.round(number * 10) / 10;

/** A line through what is known: it is broken where a value is null, or where x makes a leap. */
function path(xs, ys, leap) {
  const runs = [];
  xs.forEach((x, i) => {
    if (ys[i] == null) return;
    if (i === 0 || ys[i - 1] == null || x - xs[i - 1] > leap) runs.push([]);
    runs.at(-1).push(`${fine(x)} ${fine(ys[i])}`);
  });
  return runs;
}

const stroke = (runs) => runs.map((run) => `M${run.join("L")}h0`).join("");
const area = (runs, bottom) => runs.map((run) => `M${run[0].split(" ")[0]} ${bottom}L${run.join("L")}V${bottom}Z`).join("");

/**
 * The plot itself: fills the width, and says which point is pointed at.
 * @param {object} plot
 * @param {{values: number[], place: (x: number) => number, marks: (room: number) => [number, string][], leap?: number}} plot.x
 *     `room` is how many pixels there are
 * @param {{place: (y: number) => number, marks: [number, string][], size: number}} plot.y `size` is the room for its texts
 * @param {{values: (number|null)[], colour: string, fill?: boolean}[]} plot.lines
 * @param {number|null} plot.cursor index of the point that is pointed at
 */
export function Plot({ x, y, lines, height, cursor, onCursor }) {
  const [width, setWidth] = useState(0);
  const place = useRef(null);
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    sizes.observe(place.current);
    return () => sizes.disconnect();
  }, []);
  const bottom = height - FOOT;
  const room = Math.max(1, width - y.size - 8);
  const across = (value) => y.size + room * x.place(value);
  const up = (value) => bottom - (bottom - TOP) * y.place(value);
  const drawn = useMemo(() => {
    const xs = x.values.map(across);
    const leap = (x.leap ?? Infinity) * (across(1) - across(0));
    const runs = lines.map(({ values }) => path(xs, values.map((value) => (value == null ? null : up(value))), leap));
    return { xs, strokes: runs.map(stroke), areas: lines.map(({ fill }, i) => fill && area(runs[i], bottom)) };
  }, [x, y, lines, room, height]);
  const point = ({ clientX }) => {
    const at = clientX - place.current.getBoundingClientRect().left;
    const after = drawn.xs.findIndex((each) => each >= at);
    const nearest = after > 0 && at - drawn.xs[after - 1] < drawn.xs[after] - at ? after - 1 : after;
    onCursor(nearest < 0 ? drawn.xs.length - 1 : nearest);
  };
  return html`<div class="plot" ref=${place} aria-hidden="true">
    ${width > 0 && html`<svg width=${width} height=${height} onPointerMove=${point} onPointerDown=${point} onPointerLeave=${() => onCursor(null)}>
      ${y.marks.map(([value, text]) => html`<path class="grid" d=${`M${y.size} ${fine(up(value))}h${room}`} /><text x=${y.size - 6} y=${up(value) + 4} text-anchor="end">${text}</text>`)}
      ${x.marks(room).map(([value, text]) => html`<path class="grid" d=${`M${fine(across(value))} ${TOP}V${bottom + 4}`} /><text ...${within(across(value), width)} y=${height - 4}>${text}</text>`)}
      ${lines.map(({ colour }, i) => html`<g class=${colour}>${drawn.areas[i] && html`<path class="area" d=${drawn.areas[i]} />`}<path class="line" d=${drawn.strokes[i]} /></g>`)}
      ${cursor != null && html`<path class="cursor" d=${`M${drawn.xs[cursor]} ${TOP}V${bottom}`} />
        ${lines.map(({ colour, values }) => values[cursor] != null && html`<circle class=${colour} cx=${drawn.xs[cursor]} cy=${up(values[cursor])} r="3" />`)}`}
    </svg>`}
  </div>`;
}

export const Keys = ({ series, values }) => html`<ul class="keys" aria-hidden="true">
  ${series.map((each, i) => html`<li key=${each.label}><i class=${`swatch ${each.colour}`}></i>${each.label} <b>${values[i]}</b></li>`)}
</ul>`;
