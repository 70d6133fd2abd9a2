// The stream of frames, the last 15 minutes of frames, and whether usher can be reached.
//
//   connecting --frame--> live --4 s without a frame, or the stream broke--> lost --frame--> live
//   any --tab hidden--> paused --tab shown--> connecting

import { asksAnew, get, loginNeeded } from "./api.js";
import { store } from "./store.js";

/** Frames kept: 15 minutes. */
const KEEP = 900;
/** Milliseconds without a frame (there is one a second) until the connection counts as lost. */
const SILENCE = 4000;
/** Milliseconds between attempts. */
const RETRY = 2000;
/** Milliseconds until a silent stream is opened again. */
const HUNG = 10_000;
/** Frames per point of the fetched history, which takes the maximum: a chart is hardly wider, and a page loads faster. */
const STEP = 4;
/** Seconds between two frames at which a line breaks, since the time between is unknown. */
const HOLE = 5;
/** Seconds between two points of the fetched history at which a line breaks. */
const HOLE_BEFORE = STEP + HOLE;

const COLUMNS = [
  "open", "new_per_second", "failures_per_second", "received_bytes_per_second", "sent_bytes_per_second",
  "connect_p50", "connect_p90", "connect_p99", "first_byte_p50", "first_byte_p90", "first_byte_p99",
  "hello_p50", "hello_p99", "held_bytes", "heap_bytes", "loop_delay_seconds", "serving_backends",
];

const empty = () => Object.fromEntries(["at", ...COLUMNS].map((name) => [name, []]));

/** @type {{at: number[], [column: string]: (number|null)[]}} seconds since 1970 to a tenth, and each column's values */
let columns = empty();
/** Columns that charts use; the history of other columns is not fetched. */
const wanted = new Set();

/** `received` and `since` are times of this browser; `since` is when frames stopped. */
export const live = store({ phase: "connecting", frame: null, received: 0, since: 0, fault: null });

export const history = () => columns;

/** Milliseconds by which usher's clock is ahead of the browser's. */
let ahead = 0;
export const now = () => Date.now() + ahead;

let source = null;
let opened = 0;
let retry = 0;

/** Opens the stream, and keeps it open while the page is visible. */
export function start() {
  document.addEventListener("visibilitychange", () => (document.hidden ? pause() : open()));
  loginNeeded.watch((needed) => needed && pause()); // a stream that ends for lack of a login is not lost
  setInterval(watch, 1000);
  if (document.hidden) pause();
  else open();
}

export function open() {
  stop();
  if (loginNeeded.get()) return;
  if (live.get().phase === "paused") {
    change({ phase: "connecting" });
    asksAnew();
  }
  opened = Date.now();
  source = new EventSource("/api/v1/stream");
  source.onopen = () => live.get().frame && fill(); // fills the gap; on the first open a chart asks
  source.onerror = broken;
  source.addEventListener("frame", (event) => receive(JSON.parse(event.data)));
}

function stop() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function pause() {
  stop();
  change({ phase: "paused" });
}

const change = (news) => live.set({ ...live.get(), ...news });

/** Fetches the last 15 minutes of columns, for all charts of a page at once. */
export function want(names) {
  const news = names.filter((name) => !wanted.has(name));
  if (news.length && !asked) asked = setTimeout(fill);
  for (const name of news) wanted.add(name);
}

let asked = 0;
/** Numbers of requests for the history: late answers to older requests have fewer columns, and are dropped. */
let fills = 0;
let shown = 0;

async function fill() {
  clearTimeout(asked);
  asked = 0;
  if (!wanted.size) return;
  const mine = ++fills;
  try {
    const theirs = whole(await get(`/history?columns=${[...wanted].join()}&frames_per_point=${STEP}`));
    if (mine < shown) return;
    shown = mine;
    columns = joined(columns, theirs);
    change({});
  } catch {
    // the stream continues without history; the next open asks again
  }
}

/** Turns time steps into times. */
function whole({ at_steps: steps, ...theirs }) {
  let tenths = 0;
  return { ...theirs, at: steps.map((step) => (tenths += Math.round(step * 10)) / 10) };
}

/** Handles a broken stream. A plain request tells the reason, which the stream does not. */
async function broken() {
  stop();
  lose();
  retry = setTimeout(open, RETRY);
  try {
    await get("/status");
    change({ fault: { title: "No live data.", detail: "The stream may have too many readers: close other tabs." } });
  } catch (fault) {
    change({ fault });
  }
}

function lose() {
  const { phase, received } = live.get();
  if (phase !== "lost") change({ phase: "lost", since: received || Date.now() });
}

function watch() {
  const { phase, received } = live.get();
  if (phase === "paused" || loginNeeded.get()) return;
  if (Date.now() - Math.max(received, phase === "connecting" ? opened : 0) > SILENCE) lose();
  if (phase === "lost") change({}); // the page shows the age
  if (source && Date.now() - Math.max(received, opened) > HUNG) open();
}

function receive(frame) {
  const last = live.get();
  const at = Date.parse(frame.at);
  ahead = at - Date.now();
  append(columns, row(frame, Math.round(at / 100) / 10));
  trim(columns);
  change({ phase: "live", frame, received: Date.now(), fault: null });
  if (last.phase === "lost" || (last.frame && last.frame.revision !== frame.revision)) asksAnew();
}

function row(frame, at) {
  const values = { ...frame, at };
  for (const name of ["connect", "first_byte", "hello"]) {
    for (const [percentile, value] of Object.entries(frame[name] ?? {})) values[`${name}_${percentile}`] = value;
  }
  return values;
}

/**
 * Joins usher's history with this browser's own frames from before and after. Frames from before are there if usher has
 * been restarted. Within its time span usher's history replaces the browser's frames: their missing columns and other
 * times would break lines.
 */
function joined(own, theirs) {
  const all = empty();
  const add = (from, wants) =>
    from.at.forEach((at, i) => wants(at) && append(all, Object.fromEntries(["at", ...COLUMNS].map((name) => [name, from[name]?.[i]])), HOLE_BEFORE));
  add(own, (at) => !(at >= theirs.at[0]));
  add(theirs, () => true);
  add(own, (at) => at > theirs.at.at(-1));
  return trim(all);
}

function append(to, values, hole = HOLE) {
  const last = to.at.at(-1);
  if (values.at <= last) return;
  if (values.at - last > hole) push(to, { at: last + 1 });
  push(to, values);
}

function push(to, values) {
  to.at.push(values.at);
  for (const name of COLUMNS) to[name].push(values[name] ?? null);
}

function trim(all) {
  const oldest = all.at.at(-1) - KEEP;
  const extra = all.at.findIndex((at) => at >= oldest);
  if (extra > 0) for (const name of ["at", ...COLUMNS]) all[name].splice(0, extra);
  return all;
}
