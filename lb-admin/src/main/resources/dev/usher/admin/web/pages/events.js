import { useData, withQuery } from "../lib/api.js";
import { localTimes, words } from "../lib/format.js";
import { Kind, KINDS } from "../lib/happened.js";
import { useQuery } from "../lib/place.js";
import { Choice, Search, Table } from "../lib/table.js";
import { At, html, Loaded, Nothing, Shown, Text } from "../lib/ui.js";

const COLUMNS = [
  { id: "at", label: "when", sort: (e) => e.sequence, number: false, cell: (e) => html`<span class="nowrap"><${At} at=${e.at} /></span>` },
  { id: "kind", label: "what", sort: (e) => e.kind, cell: (e) => html`<${Kind} kind=${e.kind} />` },
  { id: "subject", label: "subject", sort: (e) => e.subject, cell: (e) => html`<${Text}>${e.subject}<//>` },
  { id: "text", label: "details", cell: (e) => html`<${Text} lines>${localTimes(e.text)}<//>` },
];

export function Page() {
  const [query] = useQuery();
  const parameters = { kind: query.get("kind"), filter: query.get("filter") };
  const from = useData(withQuery("/events", { ...parameters, limit: 500 }), 2000);
  return html`
    <div class="tools">
      <${Search} label="Filter" placeholder="backend, pool, text" />
      <${Choice} label="Kind" name="kind" options=${[["", "all"], ...Object.keys(KINDS).map((kind) => [kind, words(kind)])]} />
      <a class="button" download="usher-events.json" href=${`/api/v1${withQuery("/events", { ...parameters, limit: 10000 })}`}>Export as JSON</a>
    </div>
    <${Loaded} from=${from}>${({ events, total }) => html`
      <${Shown} shown=${events.length} total=${total} what="event" />
      ${events.length ? html`<${Table} label="Events" stacked="lines" columns=${COLUMNS} rows=${events} id=${(e) => e.sequence} />` : html`<${Nothing}>No matching event.<//>`}
    `}<//>`;
}
