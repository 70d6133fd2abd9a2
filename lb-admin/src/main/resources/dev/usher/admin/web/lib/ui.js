// Parts for every page. Text goes into text nodes only: html`` builds nodes, and parses no markup.

import { createContext, h } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import htm from "htm";
import { ago, count, dateTime, plural, roughly, utc, visible, words } from "./format.js";
import { now } from "./live.js";
import { useQuery } from "./place.js";
import { store } from "./store.js";

export const html = htm.bind(h);

/** The latest status, for every page. */
export const Status = createContext(null);
export const useStatus = () => useContext(Status);

/** Number of urgent things: all but those of severity info. */
export const pressing = ({ attention_total: total }) => total.critical + total.warning;

/** A line about a change, for the eye and for screen readers: shown until the next line. */
export const said = store({ text: "", number: 0 });
export const say = (text) => said.set({ text, number: said.get().number + 1 });

export const SHAPES = {
  up: "M2 6.5l2.7 2.7L10 3.2",
  down: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  ejected: "M6 2l4 4.8H2zM2 10h8",
  draining: "M6 1.5v6M3.3 5L6 7.6 8.7 5M2 10.5h8",
  disabled: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M3 3l6 6",
  unprobed: "M4 4.3C4 3 4.8 2.2 6 2.2s2 .8 2 1.9C8 5.5 6 5.6 6 7.2M6 9.6v.2",
  alert: "M6 1.3l4.9 9.2H1.1zM6 5v2.4M6 9v.1",
  info: "M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M6 5.6V8.4M6 3.6v.1",
  next: "M4.5 2.5L8 6l-3.5 3.5",
  rising: "M2.5 7.5L6 4l3.5 3.5",
  falling: "M2.5 4.5L6 8l3.5-3.5",
};

export const Icon = ({ name }) => html`<svg class="icon" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
  <path d=${SHAPES[name] ?? SHAPES.info} />
</svg>`;

/** A word with its icon and colour: `tone` is good, bad, warn, info or dim. */
export const Mark = ({ icon, tone, children }) =>
  html`<span class=${`mark ${tone}`}><${Icon} name=${icon} />${children}</span>`;

export const TONES = { up: "good", down: "bad", ejected: "warn", draining: "info", disabled: "dim", unprobed: "dim" };

export const State = ({ state }) => html`<${Mark} icon=${state} tone=${TONES[state] ?? "dim"}>${words(state)}<//>`;

/** Number of backends that take sessions: good if every backend does, bad if none does. */
export function Serving({ serving, backends, children }) {
  const [icon, tone] = serving === 0 ? ["down", "bad"] : serving < backends ? ["alert", "warn"] : ["up", "good"];
  return html`<${Mark} icon=${icon} tone=${tone}>${serving} of ${backends}${children}<//>`;
}

const SEVERITIES = { critical: ["alert", "bad"], warning: ["alert", "warn"], info: ["info", "info"] };

export const Severity = ({ severity }) => {
  const [icon, tone] = SEVERITIES[severity] ?? SEVERITIES.info;
  return html`<${Mark} icon=${icon} tone=${tone}>${severity}<//>`;
};

/** Text from strangers: isolated in its writing direction, broken if too long; `lines` keeps line breaks. */
export const Text = ({ children, lines }) => {
  if (children == null || children === "") return html`<span class="dim">–</span>`;
  const text = lines ? String(children).split("\n").map(visible).join("\n") : visible(children);
  return html`<bdi class=${lines ? "text lines" : "text"} dir="ltr">${text}</bdi>`;
};

/** A moment as an age in words, with the exact time on hover. */
export const Ago = ({ at, says = ago }) => {
  if (!at) return html`<span class="dim">–</span>`;
  const date = new Date(at);
  return html`<time datetime=${at} title=${`${dateTime(date)} local, ${utc(date)}`}>${says((now() - date) / 1000)}</time>`;
};

/** Duration of a state. */
export const Since = ({ at }) => html`<${Ago} at=${at} says=${(s) => `for ${roughly(s)}`} />`;

/** A moment as local date and time, with the age on hover. */
export const At = ({ at }) => {
  const date = new Date(at);
  return html`<time datetime=${at} title=${`${utc(date)}, ${ago((now() - date) / 1000)}`}>${dateTime(date)}</time>`;
};

export const Link = ({ page, children }) => html`<a href=${`/ui/${page}`}>${children}</a>`;

/** A refusal by the API, with the setting that decides. */
export const Refusal = ({ fault }) =>
  fault
    ? html`<div class="box bad" role="alert">
        <strong>${fault.title || "Failed"}</strong>
        <p>${fault.detail ?? fault.message}</p>
        ${fault.setting && html`<p>Setting: <code>${fault.setting}</code></p>`}
      </div>`
    : null;

/** Data to show, or the reason for its absence. Old data stays while a new request fails. */
export function Loaded({ from, children }) {
  if (from.data) return html`${from.fault?.status > 0 && html`<${Refusal} fault=${from.fault} />`}${children(from.data)}`;
  if (from.fault) return html`<${Refusal} fault=${from.fault} />`;
  return html`<p class="dim loading">Loading…</p>`;
}

export const Nothing = ({ children }) => html`<p class="nothing dim">${children}</p>`;

/** Number of list entries shown. */
export const Shown = ({ shown, total, what }) =>
  html`<p class="shown dim">${shown === total ? plural(total, what) : `${count(shown)} of ${plural(total, what)}`}</p>`;

/** Rows of one page of a long list. */
export const PAGE = 500;

/** Part of a long list that is shown, with links to the other parts; for a whole list, its length. */
export function Pages({ shown, matching, total, what }) {
  const [query, change] = useQuery();
  const from = Number(query.get("from")) || 0;
  if (shown === matching) return html`<${Shown} shown=${shown} total=${total} what=${what} />`;
  const go = (to) => () => change({ from: to > 0 ? to : null }, false);
  return html`<p class="shown dim pager">
    <span>${count(from + (shown > 0))} to ${count(from + shown)} of ${plural(matching, what)}${matching < total && ` that match, of ${count(total)}`}</span>
    <button type="button" class="small" disabled=${from === 0} onClick=${go(from - PAGE)}>Previous<span class="unseen"> ${PAGE}</span></button>
    <button type="button" class="small" disabled=${from + shown >= matching} onClick=${go(from + PAGE)}>Next<span class="unseen"> ${PAGE}</span></button>
  </p>`;
}

/** A box for wide content that scrolls on its own, by keyboard too. */
export const Wide = ({ label, children }) => html`<div class="wide" role="region" aria-label=${label} tabindex="0">${children}</div>`;

/** A share of a limit (with a warning when little is left) or, if `plain`, of the largest value. */
export function Bar({ part, whole, label, plain = false }) {
  const share = whole > 0 ? Math.min(1, part / whole) : 0;
  const tone = plain || share <= 0.75 ? "" : share > 0.9 ? "bad" : "warn";
  return html`<svg class=${`bar ${tone}`} role="img" aria-label=${`${label}: ${Math.round(share * 100)} %`} width="100%" height="6">
    <rect class="rest" width="100%" height="6" rx="3" /><rect class="part" width=${`${share * 100}%`} height="6" rx="3" />
  </svg>`;
}

export const Facts = ({ facts }) =>
  html`<dl class="facts">${facts.filter(Boolean).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

const ON_DISK = {
  same: ["up", "good", "config up to date"],
  different: ["alert", "warn", "config file has changes"],
  faulty: ["alert", "bad", "config file has errors"],
  none: ["info", "dim", "no file"],
};

export const OnDisk = ({ is }) => {
  const [icon, tone, text] = ON_DISK[is];
  return html`<${Mark} icon=${icon} tone=${tone}>${text}<//>`;
};

export const Diagnostics = ({ diagnostics }) => html`<ul class="diagnostics">${diagnostics.map((line, i) => html`<li key=${i}>${line}</li>`)}</ul>`;

const DAY_MILLIS = 86_400_000;

/** Seconds until a certificate expires; negative after. */
export const secondsLeft = ({ not_after: end }) => (new Date(end) - now()) / 1000;

/** Whether a certificate expires within its pool's warning time; null asks for no warning. */
const endsSoon = ({ not_after: end, warn_expiry_days: ahead }) => ahead != null && new Date(end) - now() < ahead * DAY_MILLIS;

export function Days({ certificate }) {
  if (!certificate) return html`<span class="dim">–</span>`;
  const left = secondsLeft(certificate);
  if (left < 0) return html`<${Mark} icon="down" tone="bad">expired ${roughly(-left)} ago<//>`;
  if (certificate.fault) return html`<${Mark} icon="alert" tone="warn">${roughly(left)}<//>`;
  return html`<${Mark} ...${endsSoon(certificate) ? { icon: "alert", tone: "warn" } : { icon: "up", tone: "good" }}>${roughly(left)}<//>`;
}

/** Fetches a page on first use, so that the overview loads little. */
export function Lazy({ path, ...properties }) {
  const [{ Page, fault }, setLoaded] = useState({});
  useEffect(() => {
    import(`/assets/pages/${path}.js`).then(setLoaded, () => setLoaded({ fault: { title: "This page did not load", detail: "Load it again in the browser when usher answers." } }));
  }, [path]);
  return Page ? html`<${Page} ...${properties} />` : html`<${Refusal} fault=${fault} />`;
}
