import { useEffect, useState } from "preact/hooks";
import { useData, withQuery } from "../lib/api.js";
import { bytesRate, count, localTimes, plural, rate, words } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Choice } from "../lib/table.js";
import { Bar, html, Link, Loaded, Mark, Nothing, SHAPES, Text, TONES } from "../lib/ui.js";

const tone = (state) => (state === "degraded" ? "warn" : (TONES[state] ?? "dim"));
const icon = (state) => (state === "degraded" ? "alert" : state);

/** Dashes of bands by state, so that colour does not tell alone. */
const DASHES = { down: "2 5", ejected: "9 4", draining: "1 3", disabled: "1 6", degraded: "14 3" };

/** Pixels of a character of the picture, about. */
const CHAR = 7.5;

/** Text cut to the room, with an ellipsis. */
const cut = (text, room) => {
  const most = Math.floor(room / CHAR);
  return text.length <= most ? text : most < 4 ? "" : `${text.slice(0, most - 1)}…`;
};

/** Screens too narrow for three columns get the list alone. */
const narrow = matchMedia("(max-width: 860px)");

function useNarrow() {
  const [is, set] = useState(narrow.matches);
  useEffect(() => {
    const look = () => set(narrow.matches);
    narrow.addEventListener("change", look);
    return () => narrow.removeEventListener("change", look);
  }, []);
  return is;
}

export function Page() {
  const [query] = useQuery();
  const by = query.get("by");
  const isNarrow = useNarrow();
  const from = useData(withQuery("/map", { by }), 5000);
  return html`
    <div class="tools"><${Choice} label="Width of bands" name="by" options=${[["sessions", "sessions per second"], ["bytes", "bytes per second"]]} /></div>
    <${Loaded} from=${from}>${(map) => html`
      <p class="shown dim">Traffic of the last minute, by sessions that ended in it.${map.more_pools && html` <${More} more=${map.more_pools} of="pool" map=${map} />: <${Link} page="pools">see Pools<//>.`}</p>
      ${map.pools.length === 0 && html`<${Nothing}>No pool.<//>`}
      ${isNarrow ? html`<${List} map=${map} />` : html`
        <${Picture} picture=${map.picture} figure=${figureOf(map)} label=${summary(map)} />
        <details><summary class="dim">The same as a list</summary><${List} map=${map} /></details>`}
    `}<//>`;
}

const figureOf = ({ measure }) => (measure === "bytes" ? bytesRate : (n) => `${rate(n)}/s`);
const key = ({ measure }) => `${measure}_per_second`;

const summary = ({ pools }) => {
  const all = (list) => pools.reduce((sum, pool) => sum + pool[list].length, 0);
  return `${plural(all("ways"), "name")} lead to ${plural(pools.length, "pool")} with ${plural(all("backends"), "backend")}; the list below says the same`;
};

const More = ({ more, of, map }) => html`${plural(more.count, `more ${of}`)}, ${figureOf(map)(more[key(map)])}${of !== "name" && (more.faulty ? `, ${count(more.faulty)} with a fault` : ", all well")}`;

/** The shapes come from usher; here they get their colours. */
function Picture({ picture, figure, label }) {
  return html`<div class="box"><svg role="img" aria-label=${label} viewBox=${`-1 0 ${picture.width + 2} ${picture.height}`} width="100%" data-map>
    ${picture.bands.map((band, i) => html`<path key=${`b${i}`} class=${tone(band.state)} d=${band.path} fill="none" stroke="currentColor"
      stroke-width=${band.width} stroke-opacity=${band.flows ? 0.5 : 0.8} stroke-dasharray=${DASHES[band.state]} />`)}
    ${picture.boxes.map((box, i) => html`<${Box} key=${`x${i}`} box=${box} figure=${figure} />`)}
  </svg></div>`;
}

function Box({ box, figure }) {
  const { kind, x, y, width, height, state } = box;
  const faulty = !["up", "unprobed"].includes(state);
  const flow = box.per_second > 0 ? figure(box.per_second) : "";
  const right = kind === "backend" ? [faulty && words(state), flow].filter(Boolean).join(", ") : flow;
  const middle = y + height / 2;
  const left = x + (kind === "name" ? 10 : 28);
  const room = x + width - 20 - left - right.length * CHAR;
  const named = kind === "pool" && box.label !== "";
  const label = cut(kind === "pool" && !named ? box.note : box.label, named ? x + width - 10 - left : room);
  const note = kind === "pool" ? "" : cut(box.note, room - (label.length + 1) * CHAR);
  return html`<g><title>${[box.label, box.note, words(state), flow].filter(Boolean).join(", ")}</title>
    <rect class=${kind === "name" ? "" : tone(state)} x=${x} y=${y} width=${width} height=${height} rx="5" fill="currentColor" fill-opacity="0.07" stroke="currentColor" stroke-opacity=${kind === "name" ? 0.35 : 0.8} />
    ${kind !== "name" && html`<g class=${tone(state)} transform=${`translate(${x + 9} ${(named ? middle - 9 : middle) - 6})`}><path d=${SHAPES[icon(state)] ?? SHAPES.info} fill="none" stroke="currentColor" stroke-width="1.7" /></g>`}
    <text x=${left} y=${named ? middle - 4 : middle + 5} fill="currentColor" font-weight=${named ? 600 : 400}>${label}${note && html`<tspan class="dim" fill="currentColor" font-size="12.5"> ${note}</tspan>`}</text>
    ${named && html`<text class="dim" x=${left} y=${middle + 14} fill="currentColor" font-size="12.5">${cut(box.note, room)}</text>`}
    ${right && html`<text class=${faulty ? tone(state) : "dim"} x=${x + width - 9} y=${named ? middle + 14 : middle + 5} fill="currentColor" font-size="12.5" text-anchor="end">${right}</text>`}
  </g>`;
}

/** The same facts as text, for screen readers and phones. */
function List({ map }) {
  const figure = figureOf(map);
  const flow = key(map);
  const busiest = Math.max(...map.pools.flatMap((pool) => [...pool.ways, ...pool.backends].map((each) => each[flow])));
  const Figure = ({ of, label }) => html`<span class="why dim">${figure(of[flow])}<${Bar} plain part=${of[flow]} whole=${busiest} label=${`Traffic of ${label}`} /></span>`;
  return html`${map.pools.map((pool) => html`<section class="box" key=${pool.name} aria-label=${`Pool ${pool.name}`}>
    <h2><${Link} page=${`pools?filter=${encodeURIComponent(pool.name)}`}><${Text}>${pool.name}<//><//> <${Mark} icon=${icon(pool.state)} tone=${tone(pool.state)}>${words(pool.state)}, ${pool.text}<//></h2>
    <h3>Names</h3>
    <ul class="events">${pool.ways.map((way) => html`<li key=${way.name + way.condition}><${Text}>${way.name}<//>${way.condition && html` <span class="dim">${way.condition}</span>`}<${Figure} of=${way} label=${way.name} /></li>`)}
      ${pool.more_ways && html`<li class="dim"><${More} more=${pool.more_ways} of="name" map=${map} /></li>`}
      ${!pool.ways.length && html`<li class="dim">no route leads here</li>`}</ul>
    <h3>Backends</h3>
    <ul class="events">${pool.backends.map((b) => html`<li key=${b.address}>${b.address} ${b.text && html`<span class="dim"><${Text}>${b.text}<//> </span>`}<${Mark} icon=${icon(b.state)} tone=${tone(b.state)}>${words(b.state)}<//>
        ${b.state !== "up" && b.reason && html`<span class="why dim"><${Text}>${localTimes(b.reason)}<//></span>`}<${Figure} of=${b} label=${b.address} /></li>`)}
      ${pool.more_backends && html`<li class="dim"><${More} more=${pool.more_backends} of="backend" map=${map} /></li>`}</ul>
  </section>`)}`;
}
