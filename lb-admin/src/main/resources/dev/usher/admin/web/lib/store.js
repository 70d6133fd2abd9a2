import { useEffect, useState } from "preact/hooks";

/**
 * A value that components watch.
 * @template T
 * @param {T} value
 */
export function store(value) {
  const watchers = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const watcher of [...watchers]) watcher(value);
    },
    /** @param {(value: T) => void} watcher @returns {() => void} ends it */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

/** The store's value; redraws the component when the value changes. */
export function useStore(watched) {
  const [, draw] = useState(0);
  useEffect(() => watched.watch(() => draw((n) => n + 1)), [watched]);
  return watched.get();
}

/** Values that the browser stores for this site; storage may be off or full. */
export const kept = {
  get(key) {
    try {
      return localStorage.getItem(`usher.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      if (value == null) localStorage.removeItem(`usher.${key}`);
      else localStorage.setItem(`usher.${key}`, value);
    } catch {
      // the value then lasts as long as the page
    }
  },
};
