import { useData, withQuery } from "../lib/api.js";
import { bytes, count, seconds, words } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { meaning, REASONS } from "../lib/reasons.js";
import { Choice, Search, Table } from "../lib/table.js";
import { Ago, html, Loaded, Nothing, Text } from "../lib/ui.js";

const LIMIT = 500;

const COLUMNS = [
  { id: "at", label: "when", sort: (f) => -Date.parse(f.at), cell: (f) => html`<span class="nowrap"><${Ago} at=${f.at} /></span>` },
  { id: "reason", label: "reason", sort: (f) => f.reason, cell: (f) => html`<span class="nowrap">${words(f.reason)}</span><span class="why dim">${meaning(f.reason)}</span>` },
  { id: "client", label: "client", class: "backend", sort: (f) => f.client, cell: (f) => html`${f.client}${f.user && html`<span class="why dim">user <${Text}>${f.user}<//></span>`}` },
  { id: "sni", label: "name", class: "name", sort: (f) => f.sni, cell: (f) => html`<${Text}>${f.sni}<//>${f.route && f.route !== f.sni && html`<span class="why dim">route <${Text}>${f.route}<//></span>`}` },
  {
    id: "backend", label: "backend", class: "backend", sort: (f) => f.backend,
    cell: (f) => html`${f.backend ?? html`<span class="dim">none</span>`}${f.pool && html`<span class="why dim">in <${Text}>${f.pool}<//>${f.attempts > 1 && `, ${f.attempts} tried`}</span>`}`,
  },
  { id: "age", label: "lasted", number: true, sort: (f) => f.age_seconds, cell: (f) => seconds(f.age_seconds) },
  { id: "bytes", label: "to and from client", number: true, sort: (f) => f.sent_bytes + f.received_bytes, cell: (f) => html`${bytes(f.sent_bytes)}<span class="why dim">${bytes(f.received_bytes)}</span>` },
  { id: "cid", label: "id", cell: (f) => html`<code class="nowrap">${f.cid}</code>` },
];

/** Sessions that failed, for the question of one client or one name. */
export function Page() {
  const [query] = useQuery();
  const wanted = Object.fromEntries(["filter", "reason", "pool", "backend"].map((name) => [name, query.get(name)]));
  const from = useData(withQuery("/failures", { ...wanted, limit: LIMIT }), 2000);
  const reasons = Object.keys(REASONS).filter((reason) => reason !== "completed");
  return html`
    <div class="tools">
      <${Search} label="Filter" placeholder="client, name, backend, id" />
      <${Choice} label="Reason" name="reason" options=${[["", "all"], ...reasons.map((reason) => [reason, words(reason)])]} />
    </div>
    <${Loaded} from=${from}>${({ failures, matched, total }) => html`
      <p class="shown dim">${count(total)} remembered${matched < total && html`, ${count(matched)} match`}${failures.length < matched && html`; the newest ${count(failures.length)} are shown`}. Each worker keeps the last 50 of each reason; the access log has all.</p>
      ${failures.length
        ? html`<${Table} label="Failed sessions" stacked="labelled" columns=${COLUMNS} rows=${failures} id=${(f) => f.cid} />`
        : html`<${Nothing}>${total ? "No failed session matches." : "No session has failed since the start."}<//>`}
    `}<//>`;
}
