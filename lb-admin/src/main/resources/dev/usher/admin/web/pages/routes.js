import { useEffect, useState } from "preact/hooks";
import { useData, withQuery } from "../lib/api.js";
import { bytes, bytesRate, count, rate } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Search, Table } from "../lib/table.js";
import { html, Link, Loaded, Mark, Nothing, PAGE, Pages, Serving, State, Text } from "../lib/ui.js";

const KINDS = {
  exact: "this name",
  below: "all names below",
  self_and_below: "it and all names below",
  default: "every other name",
  no_sni: "a hello without a name",
  not_tls: "a client that is not TLS",
  silent: "a client without a word",
};

const poolLink = (pool) => html`<${Link} page=${`pools?filter=${encodeURIComponent(pool)}`}><${Text}>${pool}<//><//>`;

const Target = ({ route }) => {
  if (route.action === "pool") return poolLink(route.pool);
  return html`<${Mark} icon="disabled" tone="dim">${route.action === "reject" ? "refused, with an alert" : "closed"}<//>`;
};

const Only = ({ route }) => {
  const rules = [
    ...Object.entries(route.alpn).map(([protocol, pool]) => html`ALPN <code>${protocol}</code> goes to ${poolLink(pool)}`),
    route.allow.length > 0 && html`only clients in <code>${route.allow.join(", ")}</code>`,
    route.deny.length > 0 && html`not clients in <code>${route.deny.join(", ")}</code>`,
    route.http && html`without TLS: <code>${route.http}</code>`,
    route.listener && html`first on listener ${route.listener}`,
    !route.listener && route.listeners.length > 0 && html`only listener ${route.listeners.join(", ")}`,
  ].filter(Boolean);
  return rules.length ? html`<ul class="rules">${rules.map((rule, i) => html`<li key=${i}>${rule}</li>`)}</ul>` : html`<span class="dim">–</span>`;
};

const hasName = ({ kind }) => kind !== "not_tls" && kind !== "silent";

/** A name that matches the pattern, to start with in the explain box. */
const sample = ({ name, kind }) =>
  kind === "no_sni" ? "" : kind === "default" ? "unknown.example" : kind === "exact" ? name : name.replace(/^\*?\./, "any.");

const columns = [
  { id: "name", label: "name", sort: (r) => r.name, cell: (r) => html`<${Text}>${r.name}<//>${r.origin && html`<span class="why dim">from source ${r.origin}</span>`}` },
  { id: "kind", label: "matches", sort: (r) => r.kind, cell: (r) => KINDS[r.kind] ?? r.kind },
  { id: "pool", label: "goes to", sort: (r) => r.pool, cell: (r) => html`<${Target} route=${r} />` },
  { id: "serving", label: "backends serving", sort: (r) => (r.backends ? r.serving / r.backends : 2), cell: (r) => (r.template ? html`<span class="dim">${r.template}</span>` : r.action === "pool" ? html`<${Serving} serving=${r.serving} backends=${r.backends} />` : html`<span class="dim">–</span>`) },
  {
    id: "sessions", label: "sessions", title: "ended; per second over the last minute", number: true, sort: (r) => r.sessions_per_second,
    cell: (r) => html`${rate(r.sessions_per_second)}/s<span class="why dim">${count(r.sessions_total)} in all</span>`,
  },
  {
    id: "bytes", label: "bytes", title: "of ended sessions, both ways; per second over the last minute", number: true, sort: (r) => r.bytes_per_second,
    cell: (r) => html`${bytesRate(r.bytes_per_second)}<span class="why dim">${bytes(r.received_bytes_total + r.sent_bytes_total)} in all</span>`,
  },
  { id: "rules", label: "rules", cell: (r) => html`<${Only} route=${r} />` },
  {
    id: "explain", says: "Explain",
    cell: (r) => hasName(r) && html`<a class="button small" href=${`/ui${withQuery("/routes", { explain: "1", name: sample(r), listener: r.listeners[0] ?? "" })}`}>explain<span class="unseen"> ${r.name}</span></a>`,
  },
];

export function Page() {
  const [query] = useQuery();
  const from = useData(withQuery("/routes", { filter: query.get("filter"), offset: query.get("from"), limit: PAGE }), 2000);
  return html`
    <${Explain} />
    <div class="tools"><${Search} label="Filter" placeholder="name or pool" /></div>
    <${Loaded} from=${from}>${({ routes, matching, total }) => html`
      <${Pages} shown=${routes.length} matching=${matching} total=${total} what="route" />
      ${routes.length ? html`<${Table} label="Routes" columns=${columns} rows=${routes} id=${(r) => `${r.kind} ${r.name} ${r.listener} ${r.listeners}`} />` : html`<${Nothing}>No route contains this text.<//>`}
      ${routes.length < matching && html`<${Pages} shown=${routes.length} matching=${matching} total=${total} what="route" />`}
    `}<//>`;
}

const FIELDS = [
  ["name", "Name", "www.example.com"],
  ["alpn", "ALPN", "h2,http/1.1"],
  ["client", "Client", "192.0.2.7"],
];

/** Explains where a name goes. The question is in the page's address, so that the answer can be shared as a link. */
function Explain() {
  const [query, change] = useQuery();
  const asked = query.has("explain");
  const names = ["name", "alpn", "client", "listener"];
  const inPlace = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
  const [form, setForm] = useState(inPlace);
  useEffect(() => setForm(inPlace), [query.toString()]);
  const { data: listening } = useData("/listeners");
  const answer = useData(asked ? withQuery("/explain", inPlace) : null);
  const ask = (event) => {
    event.preventDefault();
    change({ ...form, name: form.name.trim(), explain: "1" }, false);
  };
  const type = (name) => (event) => setForm({ ...form, [name]: event.target.value });
  return html`<section class="box explain" aria-labelledby="explain">
    <h2 id="explain">Where does a name go, and why?</h2>
    <form class="tools" onSubmit=${ask}>
      ${FIELDS.map(([name, label, placeholder]) => html`<span class=${`field ${name}`} key=${name}>
        <label for=${`ask-${name}`}>${label}</label>
        <input id=${`ask-${name}`} value=${form[name]} placeholder=${placeholder} onInput=${type(name)} autocomplete="off" spellcheck="false" autocapitalize="off" />
      </span>`)}
      <span class="field">
        <label for="ask-listener">Listener</label>
        <select id="ask-listener" value=${form.listener} onChange=${type("listener")}>
          <option value="">the first</option>
          ${(listening?.listeners ?? []).map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </span>
      <button type="submit">Explain</button>
      ${asked && html`<button type="button" class="quiet" onClick=${() => change({ explain: null, name: null, alpn: null, client: null, listener: null })}>Clear</button>`}
    </form>
    ${asked && html`<${Loaded} from=${answer}>${(data) => html`<${Answer} answer=${data} />`}<//>`}
  </section>`;
}

/** Icon, tone and word. A pool without a serving backend counts as refused, like a refusing route. */
const mark = ({ outcome, serving }) =>
  outcome === "redirected" ? ["up", "good", "redirected"] : outcome === "refused" || !serving ? ["disabled", "bad", "refused"] : outcome === "default" ? ["info", "info", "served"] : ["up", "good", "served"];

const RefusedNow = ({ answer: { alert, refusal } }) => html`<strong class="refused-now">, but refused now: no backend takes sessions (${alert && `alert ${alert}, `}reason ${refusal})</strong>`;

function Answer({ answer }) {
  const [icon, tone, word] = mark(answer);
  const name = answer.name ? html`<${Text}>${answer.name}<//>` : "A hello without a name";
  return html`<div class="answer" aria-live="off">
    <p class="outcome"><${Mark} icon=${icon} tone=${tone}>${word}<//>
      ${" "}<strong>${name}</strong> on ${answer.listener}
      ${answer.pool ? html` is routed to pool ${poolLink(answer.pool)}` : answer.location ? html` is sent to <${Text}>${answer.location}<//> (the client sees ${answer.client_sees})` : html` ends with <code>${answer.refusal}</code>`}
      ${answer.origin && html` of source ${answer.origin}`}${answer.route && html`, by route <${Text}>${answer.route}<//>`}${answer.outcome === "default" && " (the default)"}${answer.pool && !answer.serving && html`<${RefusedNow} answer=${answer} />`}</p>
    <ol>${answer.steps.map((step, i) => html`<li key=${i}><span class="text">${step}</span></li>`)}</ol>
    ${answer.elsewhere.length > 0 && html`<p>Elsewhere: ${answer.elsewhere.map((other, i) => html`${i > 0 && "; "}<span class="text">${other}</span>`)}</p>`}
    ${answer.backends.length > 0 && html`<div class="wide" role="region" aria-label="Its backends" tabindex="0"><table>
      <caption class="unseen">Its backends</caption>
      <thead><tr><th scope="col">backend</th><th scope="col">state</th><th scope="col">available</th><th scope="col">why</th></tr></thead>
      <tbody>${answer.backends.map((b) => html`<tr key=${b.address}><th scope="row">${b.address}</th><td><${State} state=${b.state} /></td>
        <td>${b.takes_sessions ? "yes" : "no"}</td><td><span class="text">${b.text}</span></td></tr>`)}</tbody>
    </table></div>`}
  </div>`;
}
