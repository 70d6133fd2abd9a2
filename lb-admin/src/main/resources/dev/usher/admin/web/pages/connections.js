import { useRef, useState } from "preact/hooks";
import { Lock, useLock } from "../lib/act.js";
import { backendPath, useData, withQuery } from "../lib/api.js";
import { closeAll, Confirm } from "../lib/dialog.js";
import { bytes, bytesRate, count, span, words } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Search, Table } from "../lib/table.js";
import { html, Loaded, Nothing, Text } from "../lib/ui.js";

/** Limit of rows: more cannot be read, and would cost both ends. */
const LIMIT = 500;

function withRates(connections, before, elapsed) {
  const last = new Map((before?.connections ?? []).map((c) => [c.cid, c.received_bytes + c.sent_bytes]));
  return connections.map((c) => ({
    ...c,
    rate: last.has(c.cid) && elapsed ? (c.received_bytes + c.sent_bytes - last.get(c.cid)) / elapsed : null,
  }));
}

const columns = (close) => [
  { id: "sni", label: "name", class: "name", sort: (c) => c.sni, cell: (c) => html`<${Text}>${c.sni}<//>${c.alpn?.length > 0 && html`<span class="why dim"><${Text}>${c.alpn.join(", ")}<//></span>`}` },
  { id: "client", label: "client", sort: (c) => c.client, class: "backend", cell: (c) => html`${c.client}${c.user && html`<span class="why dim">user <${Text}>${c.user}<//></span>`}` },
  { id: "backend", label: "backend", class: "backend", sort: (c) => c.backend, cell: (c) => html`${c.backend ?? html`<span class="dim">none</span>`}${c.pool && html`<span class="why dim">in <${Text}>${c.pool}<//></span>`}` },
  { id: "state", label: "state", sort: (c) => c.state, cell: (c) => html`<span class="nowrap">${words(c.state)}</span>` },
  { id: "age", label: "open for", number: true, sort: (c) => c.age_seconds, cell: (c) => html`<span class="nowrap" title=${c.since}>${span(c.age_seconds)}</span>` },
  { id: "in", label: "received", title: "from the client", number: true, sort: (c) => c.received_bytes, cell: (c) => bytes(c.received_bytes) },
  { id: "out", label: "sent", title: "to the client", number: true, sort: (c) => c.sent_bytes, cell: (c) => bytes(c.sent_bytes) },
  { id: "rate", label: "bytes/s", title: "both ways", number: true, sort: (c) => c.rate, cell: (c) => bytesRate(c.rate) },
  { id: "cid", label: "id", cell: (c) => html`<code class="nowrap">${c.cid}</code>` },
  close && { id: "close", says: "Close", cell: (c) => html`<button type="button" class="small" onClick=${() => close(c)}>Close<span class="unseen"> connection ${c.cid}</span></button>` },
].filter(Boolean);

export function Page() {
  const [query, change] = useQuery();
  const [held, setHeld] = useState(false);
  const [asking, setAsking] = useState(null);
  const shown = useRef(null);
  const lock = useLock();
  const { data: pooled } = useData("/pools?limit=500");
  const pool = query.get("pool");
  const backend = query.get("backend");
  const path = withQuery("/connections", { filter: query.get("filter"), pool, backend, limit: LIMIT });
  const asked = useData(path, held ? 0 : 2000);
  if (!held) shown.current = asked;
  const from = held ? shown.current : asked;
  const pools = pooled?.pools ?? [];
  const addresses = pools.filter(({ name }) => !pool || name === pool).flatMap((p) => p.backends.map((b) => ({ pool: p.name, address: b.address })));
  const owner = backend && addresses.find(({ address }) => address === backend);
  const choose = (name) => (event) => change({ [name]: event.target.value, ...(name === "pool" && { backend: null }) });
  const ask = {
    one: (c) => setAsking({
      title: `Close connection ${c.cid}?`, does: "Close it",
      text: html`It ends now, with a RST: ${c.client} to <${Text}>${c.sni ?? "no name"}<//>, ${bytes(c.received_bytes + c.sent_bytes)} so far.`,
      act: () => closeAll(`/connections/${encodeURIComponent(c.cid)}`, c.client),
    }),
    all: () => setAsking({
      title: `Close all connections of ${backend}?`, does: "Close them all",
      text: `All of them end now, with a RST; also those that the filter hides. New ones may come unless the backend drains.`,
      act: () => closeAll(`${backendPath(owner.pool, backend)}/connections`, backend),
    }),
  };
  return html`
    <div class="tools">
      <${Search} label="Filter" placeholder="name, client, id" />
      <${Pick} label="Pool" value=${pool} options=${pools.map(({ name }) => name)} onChange=${choose("pool")} />
      <${Pick} label="Backend" value=${backend} options=${[...new Set(addresses.map(({ address }) => address))]} onChange=${choose("backend")} />
      <button type="button" aria-pressed=${held} onClick=${() => setHeld(!held)}>${held ? "Go on" : "Pause"}</button>
      ${!lock && owner && html`<button type="button" class="danger" onClick=${ask.all}>Close all of ${backend}…</button>`}
    </div>
    <${Lock} />
    <${Loaded} from=${from}>${({ connections, matched, total }) => html`
      <p class="shown dim">${count(total)} open${matched < total && html`, ${count(matched)} match`}${connections.length < matched && html`; the newest ${count(connections.length)} are shown`}</p>
      ${connections.length
        ? html`<${Table} label="Connections" columns=${columns(lock ? null : ask.one)} rows=${withRates(connections, from.before, from.elapsed)} id=${(c) => c.cid} />`
        : html`<${Nothing}>${total ? "No connection matches." : "No connection is open."}<//>`}
    `}<//>
    ${asking && html`<${Confirm} ...${asking} onClose=${() => setAsking(null)} />`}`;
}

const Pick = ({ label, value, options, onChange }) => html`<span class="field">
  <label for=${`pick-${label}`}>${label}</label>
  <select id=${`pick-${label}`} value=${value ?? ""} onChange=${onChange}>
    <option value="">all</option>
    ${value && !options.includes(value) && html`<option value=${value}>${value}</option>`}
    ${options.map((option) => html`<option key=${option} value=${option}>${option}</option>`)}
  </select>
</span>`;
