import { useEffect, useState } from "preact/hooks";
import { useData } from "../lib/api.js";
import { TimeChart } from "../lib/chart.js";
import { bytes, count, plural, seconds, span } from "../lib/format.js";
import { now } from "../lib/live.js";
import { Table } from "../lib/table.js";
import { At, Bar, Facts, html, Loaded } from "../lib/ui.js";

const Used = ({ part, whole, format = count, label }) => html`${format(part)}<span class="dim"> of ${format(whole)}</span><${Bar} part=${part} whole=${whole} label=${label} />`;

export function Page() {
  const from = useData("/system", 2000);
  return html`<${Loaded} from=${from}>${(system) => html`
    <div class="columns">
      <${Process} system=${system} />
      <${Limits} system=${system} from=${from} />
    </div>
    <${Workers} system=${system} before=${from.before} elapsed=${from.elapsed} />
    <section class="charts" aria-label="The last 15 minutes">
      <${TimeChart} title="Held bytes" format=${bytes} bytes series=${[{ label: "held", column: "held_bytes", colour: "--c1", fill: true }]} />
      <${TimeChart} title="Heap" format=${bytes} bytes series=${[{ label: "used", column: "heap_bytes", colour: "--c2" }]} />
      <${TimeChart} title="Loop delay, the worst worker" format=${seconds} series=${[{ label: "delay", column: "loop_delay_seconds", colour: "--c3" }]} />
      <${TimeChart} title="Time until a hello is whole" format=${seconds} series=${[
        { label: "p50", column: "hello_p50", colour: "--c1" },
        { label: "p99", column: "hello_p99", colour: "--c3" },
      ]} />
    </section>
    <${Licences} licences=${system.licences} />
  `}<//>`;
}

const Process = ({ system }) => html`<section aria-labelledby="process">
  <h2 id="process">Process</h2>
  <${Facts} facts=${[
    ["usher", system.commit ? `${system.version} (${system.commit})` : system.version],
    ["Java", system.java],
    ["system", system.os],
    ["process", `${system.pid}, on ${plural(system.cpus, "CPU")}`],
    ["started", html`<${At} at=${system.started_at} />, ${span((now() - Date.parse(system.started_at)) / 1000)} ago`],
    ["CPU used", span(system.cpu_seconds_total)],
    ["transport", system.transport],
    ["threads", count(system.threads)],
    ["collections", `${count(system.gc_count_total)}, ${seconds(system.gc_seconds_total)} in all`],
    ["admin side", `${system.admin.bind}, ${system.admin.tls ? "TLS" : "no TLS"}, ${plural(system.admin.tokens, "token")}`],
  ]} />
</section>`;

/** Licences of libraries in usher and in the dashboard. */
function Licences({ licences }) {
  const [vendored, setVendored] = useState([]);
  useEffect(() => {
    const add = ({ packages }) => setVendored(packages.map(({ package: name, version, licence }) => ({ name, version, licence })));
    fetch("/assets/vendor/vendor.json").then((response) => response.json()).then(add, () => {});
  }, []);
  const all = [...licences, ...vendored.filter(({ name }) => !licences.some((each) => each.name === name))];
  return html`<footer><details>
    <summary>Made of ${plural(all.length, "library", "libraries")}</summary>
    <ul class="licences">${all.map(({ name, version, licence }) => html`<li key=${name}>${name} ${version} <span class="dim">${licence}</span></li>`)}</ul>
  </details></footer>`;
}

const Limits = ({ system: s }) => html`<section aria-labelledby="limits">
  <h2 id="limits">Limits</h2>
  <${Facts} facts=${[
    ["connections", html`<${Used} label="connections" part=${s.workers.reduce((sum, w) => sum + w.open, 0)} whole=${s.max_connections} />`],
    ["descriptors", html`<${Used} label="descriptors" part=${s.descriptors} whole=${s.descriptors_max} />`],
    ["held bytes", html`<${Used} label="held bytes" format=${bytes} part=${s.held_bytes} whole=${s.held_bytes_max} />`],
    ["heap", html`<${Used} label="heap" format=${bytes} part=${s.heap_bytes} whole=${s.heap_max_bytes} />`],
    ["direct memory", html`<${Used} label="direct memory" format=${bytes} part=${s.direct_bytes} whole=${s.direct_max_bytes} />`],
    ["live streams", html`<${Used} label="live streams" part=${s.admin.streams} whole=${s.admin.streams_max} />`],
  ]} />
  <p class="dim">Held bytes wait in buffers for peers that do not read, and for hellos until a backend answers. When all are in use, usher reads less, it does not fail.</p>
</section>`;

function Workers({ system, before, elapsed }) {
  const most = Math.max(1, ...system.workers.map(({ open }) => open));
  const turns = (w) => {
    const old = before?.workers.find(({ index }) => index === w.index);
    return old && elapsed ? (w.turns_total - old.turns_total) / elapsed : null;
  };
  const columns = [
    { id: "index", label: "worker", sort: (w) => w.index, cell: (w) => w.index },
    { id: "open", label: "open", number: true, sort: (w) => w.open, cell: (w) => count(w.open) },
    { id: "balance", label: "of the busiest", class: "balance", cell: (w) => html`<${Bar} part=${w.open} whole=${most} plain label=${`worker ${w.index}`} />` },
    { id: "delay", label: "loop delay", number: true, sort: (w) => w.loop_delay_seconds, cell: (w) => seconds(w.loop_delay_seconds) },
    { id: "turns", label: "turns/s", number: true, sort: turns, cell: (w) => count(turns(w)) },
    { id: "held", label: "held bytes", number: true, sort: (w) => w.held_bytes, cell: (w) => bytes(w.held_bytes) },
    { id: "pauses", label: "accept pauses", number: true, sort: (w) => w.accept_pauses_total, cell: (w) => count(w.accept_pauses_total) },
    { id: "bugs", label: "faults", number: true, sort: (w) => w.bugs_total, cell: (w) => count(w.bugs_total) },
  ];
  return html`<section><h2>Workers</h2><${Table} label="Workers" columns=${columns} rows=${system.workers} id=${(w) => w.index} /></section>`;
}
