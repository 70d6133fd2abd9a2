import { administer } from "../lib/act.js";
import { Confirm } from "../lib/dialog.js";
import { html } from "../lib/ui.js";

/** Asks before the last backend of a pool is taken out. */
export function Page({ backend, state, more, fault, onClose }) {
  return html`<${Confirm} title=${`Take the last backend out of pool ${backend.pool}?`} does=${state === "drain" ? "Drain it" : "Disable it"}
    text=${`${fault.detail.split(". Repeat with")[0]}.`}
    act=${() => administer(backend, state, { ...more, force: true })} onClose=${onClose} />`;
}
