// Where we are: /ui/PAGE?filters. What is shown follows from it, so a link or a refresh brings the same back.

import { store, useStore } from "./store.js";

const read = () => ({
  page: location.pathname.replace(/^\/ui\/?/, "").replace(/\/$/, "") || "overview",
  query: new URLSearchParams(location.search),
});

export const place = store(read());

/** @param {string} href below /ui/ @param {boolean} [replace] rather than a new entry of the browser's history */
export function go(href, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", href);
  place.set(read());
}

/** The parameters, and how to change some: null or "" takes one away. */
export function useQuery() {
  const { query } = useStore(place);
  const change = (news, replace = true) => {
    const next = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(news)) {
      if (value == null || value === "") next.delete(key);
      else next.set(key, value);
    }
    go(next.size ? `${location.pathname}?${next}` : location.pathname, replace);
  };
  return [query, change];
}

addEventListener("popstate", () => place.set(read()));

/** Links to our own pages are followed without loading anything. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='/ui/']") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
