// Keyboard shortcuts: / search, g and a letter for a page, j and k through rows, Enter opens, ? help.

import { useEffect } from "preact/hooks";
import { go } from "./place.js";
import { kept, store } from "./store.js";

export const keysOn = store(kept.get("keys") !== "off");

/** @param {boolean} on */
export function turnKeys(on) {
  kept.set("keys", on ? null : "off");
  keysOn.set(on);
}

/** Milliseconds allowed between g and the letter. */
const PAIR = 1500;

const typing = (element) => element.closest("input, select, textarea, [contenteditable]");

function row(step) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const here = rows.indexOf(document.activeElement?.closest("[data-row]"));
  rows[Math.max(0, Math.min(rows.length - 1, here + step))]?.focus();
}

/** @param {Record<string, string>} pages by letter @param {() => void} help */
export function useKeys(pages, help) {
  useEffect(() => {
    let pair = 0;
    const press = (event) => {
      if (event.key === "Escape" && typing(event.target)) event.target.blur();
      if (!keysOn.get() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
      const second = Date.now() - pair < PAIR;
      pair = 0;
      if (second && pages[event.key]) go(`/ui/${pages[event.key]}`);
      else if (event.key === "g") pair = Date.now();
      else if (event.key === "/") document.querySelector("[data-search]")?.focus();
      else if (event.key === "j") row(1);
      else if (event.key === "k") row(-1);
      else if (event.key === "Enter" && event.target.matches("[data-row]")) event.target.querySelector("a, button")?.click();
      else if (event.key === "?") help();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [pages, help]);
}
