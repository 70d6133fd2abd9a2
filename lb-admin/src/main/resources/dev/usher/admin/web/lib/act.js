// Changes: permission, and the report of the result.

import { useState } from "preact/hooks";
import { asksAnew, backendPath, call } from "./api.js";
import { html, Icon, say, useStatus } from "./ui.js";

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

export const patch = (backend, body) => call("PATCH", backendPath(backend.pool, backend.address), body);

const SAYS = { ready: "takes sessions again when its probes pass", drain: "drains: no new sessions", disabled: "is disabled" };
/** Sets a backend's admin state: ready, drain or disabled. Returns a report of the result. */
export const administer = async (backend, state, more) => {
  await patch(backend, { admin_state: state, ...more });
  return `${backend.address} ${SAYS[state]}`;
};

/** Whether the refusal needs a confirmation: the backend is the last of its pool. */
export const isLast = (fault) => fault?.status === 409;

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
