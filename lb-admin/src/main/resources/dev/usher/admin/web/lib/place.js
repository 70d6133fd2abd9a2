// Address of the view: /ui/PAGE?filters. The address determines the view, so that links and reloads restore it.

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

/** The query parameters, and a function to change some: null or "" removes a parameter. */
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

/** Follows links to our own pages without a page load. */
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='/ui/']") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
