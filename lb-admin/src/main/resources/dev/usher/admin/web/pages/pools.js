import { useState } from "preact/hooks";
import { administer, isLast, Lock, useAct, useLock } from "../lib/act.js";
import { useData, withQuery } from "../lib/api.js";
import { bytes, bytesRate, clock, count, localTimes, rate, seconds, span } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Cells, Heads, Search, sorted, Tick } from "../lib/table.js";
import { Ago, Days, html, Lazy, Link, Loaded, Mark, Nothing, Refusal, PAGE, Pages, Serving, Since, State, Text, Wide } from "../lib/ui.js";

const ORDER = ["down", "ejected", "up", "draining", "disabled", "unprobed"];

/** Rank of a backend in its pool: the worst first, and those that need no look last. */
const rank = (b) => (healthy(b) ? ORDER.length : ORDER.indexOf(b.state));

const byRank = (backends) => [...backends].sort((a, b) => rank(a) - rank(b));

const Standing = ({ backend: b }) => html`<${State} state=${b.state} />${b.trouble && html`${" "}<${Mark} icon="alert" tone="warn">sessions fail<//>`}
  ${b.trouble && html`<span class="why warn"><span class="text">${b.trouble.text}</span>, <${Since} at=${b.trouble.since} /></span>`}
  ${b.slow_start_percent < 100 && html`${" "}<${Mark} icon="rising" tone="info">slow start, ${b.slow_start_percent} %<//>`}
  <span class="why dim"><span class="text">${localTimes(b.reason)}</span>${b.reason && ", "}<${Since} at=${b.since} />${b.ejected_until && html`, until ${clock(new Date(b.ejected_until))} at the latest (<${Ago} at=${b.ejected_until} />)`}</span>`;

const FailureCount = ({ backend: b }) => {
  if (!b.failures_total) return html`<span class="dim">none</span>`;
  const link = `failures?pool=${encodeURIComponent(b.pool)}&backend=${encodeURIComponent(b.address)}`;
  return html`<span class=${b.failures_per_second > 0 ? "warn" : ""}>${rate(b.failures_per_second)}/s</span>
    <span class="why dim"><${Link} page=${link}>${count(b.failures_total)} in all<//>, <${Ago} at=${b.last_failure} /></span>`;
};

const columns = (change) => [
  {
    id: "backend", label: "backend", class: "backend", sort: (b) => b.address,
    cell: (b) => html`${b.address}${b.name !== b.address && html`<span class="why dim"><span class="text">${b.name}</span></span>`}${b.backup && html`<span class="why dim">backup</span>`}`,
  },
  { id: "state", label: "state", class: "standing", sort: (b) => b.state, cell: (b) => html`<${Standing} backend=${b} />` },
  {
    id: "weight", label: "weight", number: true, sort: (b) => b.weight,
    cell: (b) => (b.weight === b.configured_weight ? b.weight : html`${b.weight}<span class="why dim">of ${b.configured_weight}</span>`),
  },
  { id: "open", label: "open", number: true, sort: (b) => b.open, cell: (b) => html`${count(b.open)}${b.max_connections != null && html`<span class="dim"> / ${count(b.max_connections)}</span>`}` },
  {
    id: "sessions", label: "sessions", title: "ended; per second over the last minute", number: true, sort: (b) => b.sessions_per_second,
    cell: (b) => html`${rate(b.sessions_per_second)}/s<span class="why dim">${count(b.sessions_total)} in all</span>`,
  },
  {
    id: "bytes", label: "bytes", title: "of ended sessions, both ways; per second over the last minute", number: true, sort: (b) => b.bytes_per_second,
    cell: (b) => html`${bytesRate(b.bytes_per_second)}<span class="why dim">${bytes(b.received_bytes_total + b.sent_bytes_total)} in all</span>`,
  },
  {
    id: "failures", label: "failures", title: "attempts that failed before the first byte", number: true, sort: (b) => b.failures_total,
    cell: (b) => html`<${FailureCount} backend=${b} />`,
  },
  {
    id: "outages", label: "outages", title: "times down or ejected", number: true, sort: (b) => b.outage_seconds_total,
    cell: (b) => (b.outages_total ? html`${count(b.outages_total)}<span class="why dim">${span(b.outage_seconds_total)} in all</span>` : html`<span class="dim">none</span>`),
  },
  {
    id: "probe", label: "last probe", class: "probe", sort: (b) => b.last_probe?.took_seconds,
    cell: (b) => b.last_probe ? html`<span class="text">${localTimes(b.last_probe.text)}</span><span class="why dim">in ${seconds(b.last_probe.took_seconds)}, <${Ago} at=${b.last_probe.at} />${b.failed_probes_total > 0 && html`; ${count(b.failed_probes_total)} failed in all`}</span>` : html`<span class="dim">none</span>`,
  },
  { id: "certificate", label: "certificate", sort: (b) => b.certificate?.not_after, cell: (b) => html`<span class="nowrap"><${Days} certificate=${b.certificate} /></span>` },
  change && { id: "change", says: "Change", class: "acts", cell: (b) => html`<${Acts} backend=${b} change=${change} />` },
].filter(Boolean);

const healthy = ({ state, trouble }) => state === "up" && !trouble;

export function Page() {
  const [query] = useQuery();
  const [changing, setChanging] = useState(null);
  const lock = useLock();
  const only = query.has("unhealthy");
  const from = useData(withQuery("/pools", { filter: query.get("filter"), order: "worst", unhealthy: only ? "true" : null, offset: query.get("from"), limit: PAGE }), 2000);
  const table = columns(lock ? null : setChanging);
  return html`
    <div class="tools">
      <${Search} label="Filter" placeholder="pool or backend" />
      <${Tick} label="Only unhealthy" name="unhealthy" />
    </div>
    <${Lock} />
    <${Loaded} from=${from}>${({ pools, matching, total }) => {
      const groups = pools
        .map((pool) => ({ pool, backends: byRank(pool.backends.map((b) => ({ ...b, pool: pool.name }))) }))
        .map(({ pool, backends }) => ({ pool, backends: only ? backends.filter((b) => !healthy(b)) : backends }))
        .filter(({ backends }) => !only || backends.length);
      return html`
        <${Pages} shown=${pools.length} matching=${matching} total=${total} what="pool" />
        ${groups.length ? html`<${Wide} label="Pools and their backends"><table class="grouped">
          <caption class="unseen">Pools and their backends</caption>
          <${Heads} columns=${table} />
          ${groups.map((group) => html`<${Group} key=${group.pool.name} group=${group} columns=${table} />`)}
        </table><//>` : html`<${Nothing}>${only ? "Every backend is up." : "No pool contains this text."}<//>`}
        ${pools.length < matching && html`<${Pages} shown=${pools.length} matching=${matching} total=${total} what="pool" />`}`;
    }}<//>
    ${changing && html`<${Lazy} path="change" backend=${changing} onClose=${() => setChanging(null)} />`}`;
}

/** A pool whose backend each client names. */
const Lookups = ({ lookups: l }) => html`<span>${l.template}, named by each client</span>
  <span class="dim">${count(l.names)} names known, ${count(l.begun)} look-ups, <span class=${l.failed ? "warn" : ""}>${count(l.failed)} failed</span>, <span class=${l.refused ? "warn" : ""}>${count(l.refused)} refused</span></span>`;

function Group({ group: { pool, backends }, columns: table }) {
  const [query, change] = useQuery();
  const open = query.get("latency") === pool.name;
  const probed = pool.health_check === "none" ? "no probes" : `${pool.health_check} probes`;
  return html`<tbody>
    <tr class="group"><th colspan=${table.length} scope="rowgroup"><div class="stick">
      <h2><${Text}>${pool.name}<//></h2>
      ${pool.lookups ? html`<${Lookups} lookups=${pool.lookups} />` : html`<${Serving} serving=${pool.serving} backends=${pool.backends.length}> serving<//>`}
      ${pool.origin && html`<span class="dim">from source ${pool.origin}</span>`}
      <span class="dim">${pool.balance}, ${probed}</span>
      ${pool.connect.count > 0 && html`<span class="dim">connect p50 ${seconds(pool.connect.p50_seconds)}, p99 ${seconds(pool.connect.p99_seconds)}; first byte p50 ${seconds(pool.first_byte.p50_seconds)}, p99 ${seconds(pool.first_byte.p99_seconds)}</span>`}
      <button type="button" class="small" aria-expanded=${open} onClick=${() => change({ latency: open ? null : pool.name })}>latency<span class="unseen"> of ${pool.name}</span></button>
      <span class="dim routes">names: ${pool.routes.length ? pool.routes.map((name, i) => html`${i > 0 && ", "}<${Text}>${name}<//>`) : "none"}</span>
    </div></th></tr>
    ${open && html`<tr><td colspan=${table.length}><div class="stick"><${Lazy} path="latency" pool=${pool.name} /></div></td></tr>`}
    ${sorted(backends, table, query.get("sort")).map((b) => html`<tr key=${b.address} data-row tabindex="-1" class=${b.trouble ? "failing" : b.state}><${Cells} columns=${table} row=${b} /></tr>`)}
  </tbody>`;
}

/** Button for the most common change, which can be undone, and a button for the dialogue with the rest. */
function Acts({ backend, change }) {
  const [fault, busy, run] = useAct();
  const next = backend.admin_state === "ready" ? "drain" : "ready";
  const [answered, setAnswered] = useState(null);
  if (isLast(fault) && fault !== answered) {
    return html`<${Lazy} path="last" backend=${backend} state=${next} fault=${fault} onClose=${() => setAnswered(fault)} />`;
  }
  return html`<span class="buttons">
    <button type="button" class="small" disabled=${busy} onClick=${() => run(() => administer(backend, next))}>${next === "drain" ? "Drain" : "Enable"}<span class="unseen"> ${backend.address}</span></button>
    <button type="button" class="small" onClick=${() => change(backend)}>…<span class="unseen"> more for ${backend.address}</span></button>
  </span><${Refusal} fault=${isLast(fault) ? null : fault} />`;
}
