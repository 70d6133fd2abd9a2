import { useState } from "preact/hooks";
import { Copy, Dialog } from "../lib/dialog.js";
import { useData, withQuery } from "../lib/api.js";
import { count, plural, visible } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Choice, Search, Table } from "../lib/table.js";
import { Ago, html, Loaded, Mark, Nothing, Text } from "../lib/ui.js";

const columns = (add) => [
  { id: "name", label: "name", class: "name", sort: (n) => n.name, cell: (n) => html`<${Text}>${n.name}<//>` },
  { id: "known", label: "route", sort: (n) => (n.known ? 1 : 0), cell: (n) => html`<span class="nowrap">${n.known ? html`<${Mark} icon="up" tone="good">has one<//>` : html`<${Mark} icon="alert" tone="warn">${n.valid ? "none" : "none: no host name"}<//>`}</span>` },
  {
    id: "count", label: "requests", number: true, sort: (n) => n.count,
    cell: (n) => html`${n.error ? html`<span class="dim" title=${`at least ${count(n.count - n.error)}`}>up to </span>` : ""}${count(n.count)}`,
  },
  { id: "seen", label: "last", sort: (n) => -Date.parse(n.last_seen), cell: (n) => html`<span class="nowrap"><${Ago} at=${n.last_seen} /></span>` },
  {
    id: "act", says: "Act",
    cell: (n) => n.known
      ? html`<a class="button small" href=${`/ui${withQuery("/routes", { explain: "1", name: n.name })}`}>explain<span class="unseen"> ${visible(n.name)}</span></a>`
      : n.valid && html`<button type="button" class="small" onClick=${() => add(n.name)}>add this route…<span class="unseen"> for ${visible(n.name)}</span></button>`,
  },
];

export function Page() {
  const [query] = useQuery();
  const [adding, setAdding] = useState(null);
  const from = useData(withQuery("/names", { filter: query.get("filter"), known: query.get("known"), limit: 500 }), 2000);
  return html`
    <div class="tools">
      <${Search} label="Filter" placeholder="part of a name" />
      <${Choice} label="Show" name="known" options=${[["", "all names"], ["false", "names without a route"], ["true", "names with a route"]]} />
    </div>
    <${Loaded} from=${from}>${({ names, known_total, unknown_total, capacity }) => html`
      <p class="shown dim">${plural(known_total, "hello")} for a name with a route, ${count(unknown_total)} for one without. The ${count(capacity)} most requested names are kept.</p>
      ${names.length ? html`<${Table} label="Names" columns=${columns(setAdding)} rows=${names} id=${(n) => n.name} /> ` : html`<${Nothing}>No matching name has been requested.<//>`}
    `}<//>
    ${adding != null && html`<${Add} name=${adding} onClose=${() => setAdding(null)} />`}`;
}

/** Line for the configuration file: a JSON string is a YAML string. */
const snippet = (name, target) => `  ${/^[a-z][a-z0-9.-]*$/.test(name) ? name : JSON.stringify(name)}: ${target}\n`;

/** Dialogue for a new route: to a pool that a file can name, or to an address. */
function Add({ name, onClose }) {
  const { data } = useData("/pools?limit=500");
  const [chosen, setChosen] = useState("");
  const pools = (data?.pools ?? []).filter(({ named }) => named).map((pool) => pool.name);
  const yaml = snippet(name, chosen || (pools.length ? "POOL" : "HOST:PORT"));
  return html`<${Dialog} title="Add this route" onClose=${onClose}>
    <p>This line in the configuration, under <code>routes:</code>, sends <strong><${Text}>${name}<//></strong> ${pools.length ? "to a pool, or to one address:" : "to an address:"}</p>
    ${pools.length > 0 && html`<p><label>Goes to <select value=${chosen} onChange=${(e) => setChosen(e.target.value)}>
      <option value="">choose…</option>
      ${pools.map((pool) => html`<option key=${pool} value=${pool}>pool ${pool}</option>`)}
      <option value="HOST:PORT">an address</option>
    </select></label></p>`}
    <pre tabindex="0">${yaml}</pre>
    <p class="dim">${yaml.includes("HOST:PORT") ? html`Put the server's address in place of <code>HOST:PORT</code>. ` : !chosen && html`Put the pool's name in place of <code>POOL</code>. `}usher reads the file again when it changes, or on <code>usher reload</code>.</p>
    <p class="buttons"><${Copy} text=${yaml} /><button type="button" class="small" onClick=${onClose}>Close</button></p>
  <//>`;
}
