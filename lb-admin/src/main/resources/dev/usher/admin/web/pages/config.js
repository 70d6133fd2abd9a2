import { Lock, useAct, useLock } from "../lib/act.js";
import { call, useData, withQuery } from "../lib/api.js";
import { Copy } from "../lib/dialog.js";
import { count, plural, seconds } from "../lib/format.js";
import { useQuery } from "../lib/place.js";
import { Ago, At, Diagnostics, Facts, html, Loaded, Mark, Nothing, OnDisk, Refusal, Wide } from "../lib/ui.js";

const RESULTS = { applied: ["up", "good"], unchanged: ["info", "dim"], refused: ["down", "bad"] };
const TRIGGERS = { signal: "SIGHUP", files: "files changed", api: "requested", source: "source changed" };

const Result = ({ result }) => {
  const [icon, tone] = RESULTS[result];
  return html`<${Mark} icon=${icon} tone=${tone}>${result}<//>`;
};

/** Colours of lines that begin with + (added), - (removed) or ~ (changed). */
const TONE = { "+": "good", "-": "bad", "~": "warn" };
const Changes = ({ changes }) => html`<ul class="changes">${changes.map((line, i) => html`<li key=${i} class=${TONE[line[0]] ?? ""}>${line}</li>`)}</ul>`;

const VIEWS = [["difference", "Difference"], ["effective", "In force"], ["disk", "On disk"], ["sources", "Sources"], ["reloads", "Past reloads"]];

export function Page() {
  const [query] = useQuery();
  const view = VIEWS.some(([id]) => id === query.get("view")) ? query.get("view") : "difference";
  const from = useData("/config", 5000);
  return html`<${Loaded} from=${from}>${(config) => html`
    <${ConfigState} state=${config.state} />
    <nav class="views" aria-label="Views of the configuration">${VIEWS.map(([id, text]) => html`<a key=${id} href=${`/ui${withQuery("/config", { view: id })}`} aria-current=${id === view ? "true" : null}>${text}</a>`)}</nav>
    ${view === "difference" && html`<${Difference} config=${config} />`}
    ${view === "effective" && html`<${Source} title="In force, every default written out" text=${config.effective} />`}
    ${view === "disk" && (config.files.length ? config.files.map(({ path, text }) => html`<${Source} key=${path} title=${path} text=${text} faults=${faultyLines(config.diagnostics, path)} />`) : html`<${Nothing}>There is no file.<//>`)}
    ${view === "sources" && html`<${Sources} />`}
    ${view === "reloads" && html`<${Reloads} reloads=${config.reloads} />`}
  `}<//>`;
}

function ConfigState({ state }) {
  const lock = useLock();
  const [fault, busy, run] = useAct();
  const reload = () => run(async () => {
    const { result, generation, changes } = await call("POST", "/reload");
    if (result === "applied") return `Generation ${generation} is in force: ${plural(changes.length, "change")}`;
    return result === "unchanged" ? "No changes: the files are in force already" : "Refused: the configuration before stays in force";
  });
  return html`<section class="box" aria-label="State">
    <${Facts} facts=${[
      ["generation", count(state.generation)],
      ["in force since", html`<${Ago} at=${state.in_force_since} />`],
      ["files", html`<${OnDisk} is=${state.on_disk} />`],
      state.file && ["file", html`<code>${state.file}</code>`],
      ["reloads", `${count(state.applied_total)} applied, ${count(state.unchanged_total)} unchanged, ${count(state.refused_total)} refused`],
    ]} />
    ${state.restart_needed.length > 0 && html`<p><${Mark} icon="alert" tone="warn">Only a restart puts these into force:<//></p><${Changes} changes=${state.restart_needed} />`}
    ${!lock && state.file && html`<p class="buttons"><button type="button" disabled=${busy} onClick=${reload}>Reload now</button></p>`}
    <${Refusal} fault=${fault} />
    <${Lock} />
  </section>`;
}

function Difference({ config: { state, changes, diagnostics } }) {
  if (diagnostics.length) return html`<section class="box bad" aria-labelledby="faults"><h2 id="faults">A reload would be refused</h2><${Diagnostics} diagnostics=${diagnostics} /></section>`;
  if (changes.length) return html`<section class="box" aria-labelledby="would"><h2 id="would">A reload would make ${plural(changes.length, "change")}</h2><${Changes} changes=${changes} /></section>`;
  return html`<${Nothing}>${state.on_disk === "none" ? "There is no file to compare with." : "None: what is on disk is in force."}<//>`;
}

/** Line numbers in diagnostics (file:line:column: …). */
const faultyLines = (diagnostics, path) =>
  new Set(diagnostics.map((text) => text.match(/^(.*?):(\d+):\d+:/)).filter((m) => m && path.endsWith(m[1])).map((m) => Number(m[2])));

function Source({ title, text, faults = new Set() }) {
  const lines = text.replace(/\n$/, "").split("\n");
  return html`<section class="source">
    <h2>${title}</h2><${Copy} text=${text} />
    <pre tabindex="0" role="region" aria-label=${title}>${lines.map((line, i) => html`<span key=${i} class=${`line ${faults.has(i + 1) ? "faulty" : ""}`}>${line}\n</span>`)}</pre>
  </section>`;
}

const STATES = { starting: ["info", "dim"], works: ["up", "good"], waiting: ["alert", "warn"], failing: ["down", "bad"] };

/** What brings names and backends beside the file. */
function Sources() {
  const from = useData("/sources", 2000);
  return html`<${Loaded} from=${from}>${({ sources }) =>
    sources.length
      ? html`<${Wide} label="Sources"><table>
          <caption class="unseen">Sources</caption>
          <thead><tr>${["source", "state", "in force", "left out"].map((head) => html`<th scope="col" key=${head}>${head}</th>`)}</tr></thead>
          <tbody>${sources.map((source) => html`<${Brought} key=${source.name} source=${source} />`)}</tbody>
        </table><//>`
      : html`<${Nothing}>The file has no sources.<//>`}<//>`;
}

function Brought({ source: s }) {
  const lock = useLock();
  const [fault, busy, run] = useAct();
  const [icon, tone] = STATES[s.state];
  const confirm = () => run(async () => {
    await call("POST", `/sources/${encodeURIComponent(s.name)}/confirm`);
    return `The new answer of ${s.name} holds`;
  });
  return html`<tr data-row tabindex="-1">
    <th scope="row">${s.name}<span class="why dim">${s.type}</span></th>
    <td><${Mark} icon=${icon} tone=${tone}>${s.state}<//> <span class="dim"><${Ago} at=${s.since} /></span>${s.text && html`<span class="why text">${s.text}</span>`}
      ${!lock && s.state === "waiting" && html`<span class="buttons"><button type="button" class="small" disabled=${busy} onClick=${confirm}>Confirm<span class="unseen"> ${s.name}</span></button></span>`}<${Refusal} fault=${fault} /></td>
    <td>${plural(s.names, "name")}, ${plural(s.backends, "backend")}${s.answered_at && html`<span class="why dim">since <${At} at=${s.answered_at} /></span>`}</td>
    <td>${s.left_out.length ? html`<ul class="rules">${s.left_out.map((part, i) => html`<li key=${i}><span class="text">${part}</span></li>`)}</ul>` : html`<span class="dim">–</span>`}</td>
  </tr>`;
}

const Reloads = ({ reloads }) =>
  reloads.length
    ? html`<${Wide} label="Past reloads"><table>
        <caption class="unseen">Past reloads</caption>
        <thead><tr>${["when", "result", "why", "generation", "took", "changes and faults"].map((head) => html`<th scope="col" key=${head}>${head}</th>`)}</tr></thead>
        <tbody>${reloads.map((r) => html`<tr key=${r.number} data-row tabindex="-1">
          <th scope="row" class="nowrap"><${At} at=${r.at} /></th><td><${Result} result=${r.result} /></td>
          <td>${TRIGGERS[r.trigger] ?? r.trigger}<span class="why dim">${r.who}</span></td><td>${r.generation}</td><td class="nowrap">${seconds(r.took_seconds)}</td>
          <td>${r.changes.length > 0 && html`<${Changes} changes=${r.changes} />`}${r.diagnostics.length > 0 && html`<${Diagnostics} diagnostics=${r.diagnostics} />`}</td>
        </tr>`)}</tbody>
      </table><//>`
    : html`<${Nothing}>The configuration of the start is in force; nothing was reloaded yet.<//>`;
