// Dialogues over the page, and the question before a change that cannot be undone.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useAct } from "./act.js";
import { call } from "./api.js";
import { plural } from "./format.js";
import { html, Refusal, say } from "./ui.js";

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

/** Closes connections with a RST. Returns a report with their number. */
export const closeAll = async (path, of) => {
  const { closed } = await call("DELETE", path);
  return `${plural(closed, "connection")} of ${of} closed`;
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
