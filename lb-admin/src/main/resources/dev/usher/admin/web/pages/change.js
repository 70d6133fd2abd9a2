import { useState } from "preact/hooks";
import { administer, isLast, patch, useAct } from "../lib/act.js";
import { backendPath } from "../lib/api.js";
import { closeAll, Confirm, Dialog } from "../lib/dialog.js";
import { plural } from "../lib/format.js";
import { html, Lazy, Refusal } from "../lib/ui.js";

/** Every change that a backend allows. */
export function Page({ backend, onClose }) {
  const [fault, busy, run] = useAct(onClose);
  const [state, setState] = useState(backend.admin_state);
  const [after, setAfter] = useState("");
  const [weight, setWeight] = useState(String(backend.weight));
  const [closing, setClosing] = useState(false);
  const save = (event) => {
    event.preventDefault();
    const wanted = Number(weight);
    run(async () => {
      const more = state !== "ready" && after !== "" ? { close_after_seconds: Number(after) } : {};
      const said = [];
      if (state !== backend.admin_state || more.close_after_seconds != null) said.push(await administer(backend, state, more));
      if (wanted !== backend.weight) {
        await patch(backend, { weight: wanted });
        said.push(`weight of ${backend.address} is ${wanted || backend.configured_weight}`);
      }
      return said.join("; ") || "Nothing changed";
    });
  };
  if (isLast(fault)) {
    const more = after === "" ? {} : { close_after_seconds: Number(after) };
    return html`<${Lazy} path="last" backend=${backend} state=${state} more=${more} fault=${fault} onClose=${onClose} />`;
  }
  if (closing) {
    return html`<${Confirm} title=${`Close all connections of ${backend.address}?`} does="Close them"
      text=${`${plural(backend.open, "connection")} would end now, with a RST. New ones may come unless it drains.`}
      act=${() => closeAll(`${backendPath(backend.pool, backend.address)}/connections`, backend.address)} onClose=${onClose} />`;
  }
  return html`<${Dialog} title=${backend.address} onClose=${onClose}>
    <form onSubmit=${save}>
      <p class="dim">In pool ${backend.pool}. Holds until the next restart of usher.</p>
      <fieldset><legend>State</legend>
        ${[["ready", "Ready: takes sessions when its probes pass"], ["drain", "Drain: no new sessions, open ones go on"], ["disabled", "Disabled: no new sessions, out of use"]].map(
          ([value, text]) => html`<label class="tick" key=${value}><input type="radio" name="state" value=${value} checked=${state === value} onChange=${() => setState(value)} /> ${text}</label>`,
        )}
        ${state !== "ready" && html`<label>Close what is left after <input type="number" min="0" step="1" value=${after} onInput=${(e) => setAfter(e.target.value)} /> seconds (empty: never)</label>`}
      </fieldset>
      <label>Weight <input type="number" min="0" step="1" required value=${weight} onInput=${(e) => setWeight(e.target.value)} /> (configured: ${backend.configured_weight}; 0 goes back to it)</label>
      <${Refusal} fault=${fault} />
      <p class="buttons">
        <button type="submit" class="first" disabled=${busy}>Apply</button>
        <button type="button" onClick=${onClose}>Cancel</button>
        ${backend.open > 0 && html`<button type="button" class="danger" onClick=${() => setClosing(true)}>Close ${plural(backend.open, "connection")}…</button>`}
      </p>
    </form>
  <//>`;
}
