// Numbers and times in words. Unknown values are a dash.

const NONE = "–";
const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** @param {number|null|undefined} n */
export const count = (n) => (n == null ? NONE : grouped.format(n));

/** Per second: whole from 100 on, three digits below. */
export const rate = (n) => (n == null ? NONE : n >= 100 ? grouped.format(n) : precise.format(n));

export function bytes(n) {
  if (n == null) return NONE;
  let unit = 0;
  while (n >= 1024 && unit < 5) {
    n /= 1024;
    unit++;
  }
  return `${precise.format(n)} ${["B", "KiB", "MiB", "GiB", "TiB", "PiB"][unit]}`;
}

export const bytesRate = (n) => (n == null ? NONE : `${bytes(n)}/s`);

/** A short time: 420 µs, 12.3 ms, 1.25 s, 3 min 12 s. */
export function seconds(s) {
  if (s == null) return NONE;
  if (s === 0) return "0 s";
  if (s < 0.001) return `${precise.format(s * 1e6)} µs`;
  if (s < 1) return `${precise.format(s * 1e3)} ms`;
  if (s < 60) return `${precise.format(s)} s`;
  return span(s);
}

/** A long time, in its two largest units. */
export function span(s) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = Math.max(0, units.findIndex(([, size]) => s >= size));
  const [name, size] = units[s < 1 ? 3 : first];
  const whole = Math.floor(s / size);
  const rest = units[first + 1] && s >= 1 ? Math.floor((s - whole * size) / units[first + 1][1]) : 0;
  return `${whole} ${name}${rest ? ` ${rest} ${units[first + 1][0]}` : ""}`;
}

/** A long time, in one unit. */
export function roughly(s) {
  if (s < 60) return `${Math.max(0, Math.floor(s))} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 2 * 86400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} days`;
}

/** @param {number} s seconds before now; negative is in the future */
export function ago(s) {
  if (s < -2) return `in ${roughly(-s)}`;
  return s < 2 ? "just now" : `${roughly(s)} ago`;
}

const two = (n) => String(n).padStart(2, "0");

/** Local time of day. */
export const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** Local date and time of day. */
export const dateTime = (date) =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`;

export const utc = (date) => date.toISOString().replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");

/** UTC within a sentence as local time. */
export const localTimes = (text) => text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\b/g, (time) => dateTime(new Date(time)));

export const plural = (n, word, words = `${word}s`) => `${count(n)} ${n === 1 ? word : words}`;

/** A key of the API as words. */
export const words = (key) => String(key).replaceAll("_", " ");

/**
 * Text from strangers (server names, certificates), with invisible characters and changes of writing direction escaped.
 * Used in text nodes only.
 */
export const visible = (text) =>
  String(text).replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
