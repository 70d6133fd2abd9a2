import { useData, withQuery } from "../lib/api.js";
import { dateTime, plural } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Search, Table } from "../lib/table.js";
import { Days, html, Icon, Link, Loaded, Mark, Nothing, secondsLeft, Shown, Text } from "../lib/ui.js";

const Covered = ({ names }) => html`<span class="names">${names.slice(0, 6).map((name, i) => html`${i > 0 && ", "}<${Text}>${name}<//>`)}${names.length > 6 && html`<details><summary>and ${names.length - 6} more</summary>${names.slice(6).map((name, i) => html`${i > 0 && ", "}<${Text}>${name}<//>`)}</details>`}</span>`;

const COLUMNS = [
  { id: "backend", label: "backend", sort: (c) => c.backend, cell: (c) => html`<${Link} page=${`pools?filter=${encodeURIComponent(c.backend)}`}><span class="nowrap">${c.backend}</span><//>` },
  { id: "pool", label: "pool", sort: (c) => c.pool, cell: (c) => html`<${Text}>${c.pool}<//>` },
  { id: "days", label: "expires in", sort: (c) => c.certificate.not_after, cell: (c) => html`<span class="nowrap"><${Days} certificate=${c.certificate} /></span><span class="why dim nowrap">${dateTime(new Date(c.certificate.not_after)).slice(0, 16)}</span>` },
  { id: "names", label: "names", class: "name", cell: (c) => html`<${Covered} names=${c.certificate.names} />` },
  { id: "subject", label: "subject", class: "name", sort: (c) => c.certificate.subject, cell: (c) => html`<${Text}>${c.certificate.subject}<//><span class="why dim">serial <${Text}>${c.certificate.serial}<//></span>` },
  { id: "issuer", label: "issuer", class: "name", sort: (c) => c.certificate.issuer, cell: (c) => html`<${Text}>${c.certificate.issuer}<//><span class="why dim">${plural(c.certificate.chain_length, "certificate")} shown</span>` },
  { id: "fault", label: "fault", class: "fault", sort: (c) => c.certificate.fault, cell: (c) => (c.certificate.fault ? html`<${Mark} icon="alert" tone="warn"><${Text}>${c.certificate.fault}<//><//>` : html`<span class="dim">${secondsLeft(c.certificate) < 0 ? "expired" : "none"}</span>`) },
];

export function Page() {
  const [query] = useQuery();
  const from = useData(withQuery("/certificates", { filter: query.get("filter"), limit: 500 }), 10_000);
  return html`
    <div class="tools"><${Search} label="Filter" placeholder="name, backend, issuer" /></div>
    <${Loaded} from=${from}>${({ certificates, hazards, total }) => html`
      ${hazards.length > 0 && html`<${Hazards} hazards=${hazards} />`}
      <${Shown} shown=${certificates.length} total=${total} what="certificate" />
      ${certificates.length
        ? html`<${Table} label="Certificates" stacked="labelled" columns=${COLUMNS} rows=${certificates} id=${(c) => `${c.pool} ${c.backend}`} />`
        : html`<${Nothing}>${total ? "No certificate contains this text." : html`No probe has seen a certificate. Probes of <code>type: tls</code> or <code>https</code> in a pool's <code>health_check</code> look at them.`}<//>`}
    `}<//>`;
}

const Hazards = ({ hazards }) => html`<section class="box warn hazards" aria-labelledby="hazards">
  <h2 id="hazards"><${Icon} name="alert" />${plural(hazards.length, "name")} may reach the wrong pool</h2>
  <p>
    A browser with an HTTP/2 or HTTP/3 connection open uses it for every other name that the certificate covers and that leads to the same
    address (RFC 9113, section 9.1.1). It sends no new hello then, so usher cannot send it elsewhere: requests for the one name end at the
    other name's backends, until that connection closes. Cure: give each pool a certificate with its own names only, let the backends
    answer 421 to names that they do not serve, or bring both names to one pool.
  </p>
  <ul>${hazards.map((each) => html`<li key=${each.listener + each.backend + each.route + each.covered}>
    <strong><${Text}>${each.route}<//></strong> belongs to pool <${Text}>${each.other_pool}<//>, but ${each.covered !== each.route && html`<${Text}>${each.covered}<//> in `}the certificate of ${each.backend} (pool <${Text}>${each.pool}<//>) covers it.
    <span class="why dim"><span class="text">${each.text}</span></span>
  </li>`)}</ul>
</section>`;
