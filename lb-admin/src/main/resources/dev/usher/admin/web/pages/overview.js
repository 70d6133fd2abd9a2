import { useData } from "../lib/api.js";
import { TimeChart } from "../lib/chart.js";
import { bytesRate, clock, count, localTimes, plural, rate, roughly, seconds, span, words } from "../lib/format.js";
import { EventList } from "../lib/happened.js";
import { live } from "../lib/live.js";
import { meaning } from "../lib/reasons.js";
import { useStore } from "../lib/store.js";
import { Ago, html, Icon, Link, pressing, secondsLeft, Severity, Text, useStatus } from "../lib/ui.js";

export function Page() {
  const status = useStatus();
  return html`
    <${Attention} status=${status} />
    <${Tiles} status=${status} />
    <section aria-label="The last 15 minutes" class="charts">
      <${TimeChart} title="Open connections" series=${[{ label: "open", column: "open", colour: "--c1", fill: true }]} />
      <${TimeChart} title="New connections per second" format=${rate} series=${[{ label: "new", column: "new_per_second", colour: "--c1", fill: true }]} />
      <${TimeChart} title="Throughput" format=${bytesRate} bytes series=${[
        { label: "from clients", column: "received_bytes_per_second", colour: "--c2" },
        { label: "to clients", column: "sent_bytes_per_second", colour: "--c1" },
      ]} />
      <${TimeChart} title="Failures per second" format=${rate} series=${[{ label: "failed", column: "failures_per_second", colour: "--c4", fill: true }]} />
      <${TimeChart} title="Time to connect to a backend" format=${seconds} series=${percentiles("connect")} />
      <${TimeChart} title="Time to the backend's first byte" format=${seconds} series=${percentiles("first_byte")} />
    </section>
    <div class="columns">
      <${Endings} status=${status} />
      <${Latest} />
    </div>`;
}

const percentiles = (what) => [
  { label: "p50", column: `${what}_p50`, colour: "--c1" },
  { label: "p90", column: `${what}_p90`, colour: "--c2" },
  { label: "p99", column: `${what}_p99`, colour: "--c3" },
];

const ORDER = ["critical", "warning", "info"];
const bySeverity = (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity);

/** The headline. Says nothing good while usher does not answer. */
function verdict(status, lost) {
  const { attention_total: total, state } = status;
  const number = pressing(status);
  const things = `${plural(number, "thing needs", "things need")} attention`;
  if (total.critical) return { tone: "critical", icon: "alert", text: `Clients are refused: ${things}` };
  if (state === "draining") return { tone: "some", icon: "draining", text: number ? `usher is draining, and ${things}` : "usher is draining" };
  if (number) return { tone: "some", icon: "alert", text: things };
  return lost ? { tone: "unknown", icon: "info", text: "nothing needed attention" } : { tone: "none", icon: "up", text: "All is well" };
}

function Attention({ status }) {
  const { attention, attention_total: total, backends, config } = status;
  const more = total.critical + total.warning + total.info - attention.length;
  const worst = [...attention].sort(bySeverity);
  const { phase, since } = useStore(live);
  const { tone, icon, text } = verdict(status, phase === "lost");
  return html`<section class=${`attention ${tone}`} aria-labelledby="verdict">
    <h2 id="verdict"><${Icon} name=${icon} />${phase === "lost" ? `As of ${clock(new Date(since))}: ${text}` : text}</h2>
    <p class="dim">
      ${count(backends.serving)} of ${plural(backends.total, "backend")} take sessions. Up for ${span(status.uptime_seconds)}.
      ${" "}Configuration <${Link} page="config">generation ${config.generation}<//> in force since <${Ago} at=${config.in_force_since} />.
    </p>
    <${Things} things=${worst} many=${more > 0} />
    ${more > 0 && html`<p>and ${count(more)} more: <${Link} page="pools?unhealthy=1">all unhealthy backends<//></p>`}
  </section>`;
}

const Things = ({ things, many }) => things.length > 0 && html`<ul class=${many && "many"}>${things.map(
  (each) => html`<li key=${each.kind + each.subject + each.text}>
    <${Severity} severity=${each.severity} />
    <p><a href=${`/ui/${each.page}`}><${Text}>${each.subject}<//></a>: <${Text}>${localTimes(each.text)}<//></p>
    <span class="dim since">${each.since && html`<${Ago} at=${each.since} />`}</span>
  </li>`,
)}</ul>`;

const Tile = ({ name, value, more, page, tone }) => html`<li class=${`tile ${tone ?? ""}`}>
  <span class="name">${page ? html`<${Link} page=${page}>${name}<//>` : name}</span>
  <strong>${value}</strong>
  <span class="dim">${more}</span>
</li>`;

function Tiles({ status }) {
  const { frame } = useStore(live);
  const failures = Object.entries(frame?.failures_last_minute ?? {}).sort(([, a], [, b]) => b - a);
  const failed = frame && failures.reduce((sum, [, n]) => sum + n, 0);
  const backends = frame ? [frame.serving_backends, frame.backends] : [status.backends.serving, status.backends.total];
  return html`<ul class="tiles" aria-label="Now">
    <${Tile} name="Open connections" page="connections" value=${count(frame?.open ?? status.open)} more=${`${count(status.accepted_total)} in all`} />
    <${Tile} name="New per second" value=${rate(frame?.new_per_second)} more=${`hello read in ${seconds(frame?.hello?.p50)}`} />
    <${Tile} name="From clients" value=${bytesRate(frame?.received_bytes_per_second)} more="received" />
    <${Tile} name="To clients" value=${bytesRate(frame?.sent_bytes_per_second)} more="sent" />
    <${Tile} name="Failures, last minute" value=${count(failed)} tone=${failures.length ? "warn" : ""}
      more=${failures.length ? failures.slice(0, 2).map(([reason, n]) => `${words(reason)} ${count(n)}`).join(", ") : "no session failed"} />
    <${Tile} name="Backends serving" page="pools" value=${`${count(backends[0])} of ${count(backends[1])}`} tone=${backends[0] < backends[1] ? "warn" : ""}
      more=${`${count(status.pools.serving)} of ${plural(status.pools.total, "pool")} serving`} />
    <${CertificateTile} attention=${status.attention} />
  </ul>`;
}

/** Certificates to look at: the first to expire come first. */
const FIRST = 10;

/** Certificates at a glance. Takes warnings from the status, since each pool has its own warn_expiry. */
function CertificateTile({ attention }) {
  const { data } = useData(`/certificates?limit=${FIRST}`, 60_000);
  const ends = (data?.certificates ?? []).map(({ certificate }) => secondsLeft(certificate));
  const ended = ends.filter((left) => left < 0).length;
  const told = attention.filter(({ kind }) => kind === "certificate").length;
  const next = ends.filter((left) => left >= 0).sort((a, b) => a - b)[0];
  const value = !data ? "–" : ended ? `${ended}${ended === FIRST ? "+" : ""} expired` : told ? `${told} to check` : ends.length ? "good" : "none seen";
  return html`<${Tile} name="Certificates" page="certificates" value=${value} tone=${!data ? "" : ended ? "bad" : told ? "warn" : ""}
    more=${next == null ? "as seen by TLS probes" : `the next expires in ${roughly(next)}`} />`;
}

/** Close reasons of sessions: now and since the start. */
function Endings({ status }) {
  const { frame } = useStore(live);
  const reasons = Object.entries(status.ended_total).filter(([, total]) => total > 0).sort(([, a], [, b]) => b - a);
  return html`<section>
    <h2 id="endings">Why sessions ended</h2>
    <div class="wide" role="region" aria-labelledby="endings" tabindex="0"><table>
      <thead><tr><th scope="col">reason</th><th scope="col" class="number">now, per s</th><th scope="col" class="number">since the start</th><th scope="col">meaning</th></tr></thead>
      <tbody>${reasons.map(
        ([reason, total]) => html`<tr key=${reason}><th scope="row">${words(reason)}</th>
          <td class="number">${frame?.failures[reason] ? rate(frame.failures[reason]) : ""}</td><td class="number">${count(total)}</td><td class="dim">${meaning(reason)}</td></tr>`,
      )}</tbody>
    </table></div>
    ${!reasons.length && html`<p class="dim">No session has ended yet.</p>`}
  </section>`;
}

function Latest() {
  const { frame } = useStore(live);
  // the fragment is not sent; a new event changes the path, and so fetches again
  const from = useData(`/events?limit=8${frame ? `#${frame.last_event}` : ""}`);
  return html`<section aria-labelledby="latest">
    <h2 id="latest"><${Link} page="events">Latest events<//></h2>
    <${EventList} events=${from.data?.events ?? []} />
  </section>`;
}
