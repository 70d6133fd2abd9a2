// Changes: permission, confirmation, and the report of the result.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { asksAnew, backendPath, call } from "./api.js";
import { plural } from "./format.js";
import { html, Icon, Refusal, say, useStatus } from "./ui.js";

/** A dialogue over the page; Esc or its button closes the dialogue. */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(null);
  const id = useId();
  useEffect(() => dialog.current.showModal(), []);
  return html`<dialog ref=${dialog} aria-labelledby=${id} onClose=${onClose}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

/**
 * Asks for confirmation before a change that cannot be undone.
 * @param {{title: string, text: any, does: string, act: () => Promise<string>, onClose: () => void}} asked `act`
 *     returns a report of the result
 */
export function Confirm({ title, text, does, act, onClose }) {
  const [fault, busy, run] = useAct(onClose);
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${text}</p>
    <${Refusal} fault=${fault} />
    <p class="buttons">
      <button type="button" class="danger" disabled=${busy} onClick=${() => run(act)}>${does}</button>
      <button type="button" onClick=${onClose}>Cancel</button>
    </p>
  <//>`;
}

/** Runs a change: reports the result and reloads all data, or keeps the reason of a refusal. */
export function useAct(then = () => {}) {
  const [fault, setFault] = useState(null);
  const [busy, setBusy] = useState(false);
  const run = async (act) => {
    setBusy(true);
    setFault(null);
    try {
      say(await act());
      asksAnew();
      then();
    } catch (refused) {
      setFault(refused);
    }
    setBusy(false);
  };
  return [fault, busy, run];
}

/** Closes connections with a RST. Returns a report with their number. */
export const closeAll = async (path, of) => {
  const { closed } = await call("DELETE", path);
  return `${plural(closed, "connection")} of ${of} closed`;
};

export const patch = (backend, body) => call("PATCH", backendPath(backend.pool, backend.address), body);

const SAYS = { ready: "takes sessions again when its probes pass", drain: "drains: no new sessions", disabled: "is disabled" };
/** Sets a backend's admin state: ready, drain or disabled. Returns a report of the result. */
export const administer = async (backend, state, more) => {
  await patch(backend, { admin_state: state, ...more });
  return `${backend.address} ${SAYS[state]}`;
};

/** Whether the refusal needs a confirmation: the backend is the last of its pool. */
export const isLast = (fault) => fault?.status === 409;

/** Asks before the last backend of a pool is taken out. */
export function ConfirmLast({ backend, state, more, fault, onClose }) {
  return html`<${Confirm} title=${`Take the last backend out of pool ${backend.pool}?`} does=${state === "drain" ? "Drain it" : "Disable it"}
    text=${`${fault.detail.split(". Repeat with")[0]}.`}
    act=${() => administer(backend, state, { ...more, force: true })} onClose=${onClose} />`;
}

/** Reason why changes are off, or null. */
export function useLock() {
  const { who, read_only } = useStatus();
  if (who.can_write) return null;
  return read_only
    ? html`Read-only: <code>admin.read_only: false</code> allows changes here.`
    : html`Your token's role is ${who.role}; changes need the role operator.`;
}

export const Lock = () => {
  const lock = useLock();
  return lock && html`<p class="lock dim"><${Icon} name="info" />${lock}</p>`;
};

/** A button that copies text. */
export function Copy({ text, label = "Copy" }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      say("Copied");
      setTimeout(() => setCopied(false), 2000);
    } catch {
      say("The browser does not let this page copy: select the text and copy it yourself");
    }
  };
  return html`<button type="button" class="small" onClick=${copy}>${copied ? "Copied" : label}</button>`;
}
