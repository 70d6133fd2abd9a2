import { Dialog } from "../lib/dialog.js";
import { keysOn, turnKeys } from "../lib/keys.js";
import { useStore } from "../lib/store.js";
import { html } from "../lib/ui.js";

/** List of keyboard shortcuts, with a switch for them. */
export function Page({ pages, onClose }) {
  const on = useStore(keysOn);
  const keys = [["/", "search"], ["j k", "next and previous row"], ["Enter", "the row's first link or button"], ["Esc", "leave a field or a dialogue"], ["?", "this"]];
  return html`<${Dialog} title="Keys" onClose=${onClose}>
    <label class="tick"><input type="checkbox" checked=${on} onChange=${(event) => turnKeys(event.target.checked)} /> Keys are on</label>
    <dl class="keylist">
      ${pages.map(({ key, title }) => html`<div key=${key}><dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${title}</dd></div>`)}
      ${keys.map(([key, what]) => html`<div key=${key}><dt>${key.split(" ").map((each) => html`<kbd>${each}</kbd> `)}</dt><dd>${what}</dd></div>`)}
    </dl>
    <p class="dim">The same as JSON: <a href="/api/v1/openapi.yaml">the API's description</a>; for Prometheus: <a href="/metrics">/metrics</a>.</p>
    <p class="buttons"><button type="button" onClick=${onClose}>Close</button></p>
  <//>`;
}
