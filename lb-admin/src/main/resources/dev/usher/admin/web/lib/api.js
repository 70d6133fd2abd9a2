import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { store } from "./store.js";

const ROOT = "/api/v1";
/** Milliseconds after which the admin side counts as gone. */
const TIMEOUT = 10_000;

/** Grows when data on the page may have changed: a new revision, a new connection, a login, a change made here. */
export const epoch = store(0);
export const asksAnew = () => epoch.set(epoch.get() + 1);

/** Whether the API wants a token first. */
export const loginNeeded = store(false);

/** A problem document, or status 0 if there was no answer. */
export class Fault extends Error {
  constructor({ status = 0, title = "", detail = "", setting = null }) {
    super(detail || title);
    Object.assign(this, { status, title, detail, setting });
  }
}

/**
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {object} [body]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the answer; rejects with a Fault
 */
export async function call(method, path, body, signal) {
  const timeout = AbortSignal.timeout(TIMEOUT);
  let response;
  let answer = null;
  try {
    response = await fetch(ROOT + path, {
      method,
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }) },
      body: body && JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    if (response.status !== 204) answer = await response.json();
  } catch (e) {
    if (signal?.aborted) throw e;
    if (!response || response.ok) throw new Fault({ title: "usher does not answer." });
  }
  if (response.ok) return answer;
  if (response.status === 401) loginNeeded.set(true);
  throw new Fault({ title: response.statusText, ...answer, status: response.status });
}

export const get = (path, signal) => call("GET", path, undefined, signal);

/** A path with its query; null and empty parameters are left out. */
export function withQuery(path, parameters) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) if (value != null && value !== "") query.set(key, value);
  return query.size ? `${path}?${query}` : path;
}

export const backendPath = (pool, address) =>
  `/pools/${encodeURIComponent(pool)}/backends/${encodeURIComponent(address)}`;

/**
 * Data at a path of the API, fetched again with each epoch, and every few milliseconds while the page is visible. Old
 * data stays until new data comes, so nothing flickers.
 * @param {string|null} path null fetches nothing
 * @param {number} [every] milliseconds; 0 for never
 * @returns {{data?: any, fault?: Fault, before?: any, elapsed?: number, again: () => void}} `before` is the answer of the
 *     same path `elapsed` seconds earlier, for rates
 */
export function useData(path, every = 0) {
  const [state, setState] = useState({});
  const ask = useRef(() => {});
  useEffect(() => {
    if (path == null) {
      setState({});
      return undefined;
    }
    const controller = new AbortController();
    let timer = 0;
    let asking = false;
    let once = false;
    ask.current = async () => {
      once ||= asking;
      if (asking || document.hidden) return;
      clearTimeout(timer);
      asking = true;
      try {
        const data = await get(path, controller.signal);
        const at = performance.now();
        setState((last) => ({
          path, data, at,
          ...(last.path === path && last.data && { before: last.data, elapsed: (at - last.at) / 1000 }),
        }));
      } catch (fault) {
        if (controller.signal.aborted) return;
        setState((last) => ({ ...last, fault }));
      }
      asking = false;
      if (once) {
        once = false;
        ask.current();
      } else if (every) {
        timer = setTimeout(() => ask.current(), every);
      }
    };
    ask.current();
    const end = epoch.watch(() => ask.current());
    return () => {
      end();
      clearTimeout(timer);
      controller.abort();
    };
  }, [path, every]);
  return { ...state, again: useCallback(() => ask.current(), []) };
}
