import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call, loginNeeded, useData } from "./lib/api.js";
import { clock, plural, span } from "./lib/format.js";
import { useKeys } from "./lib/keys.js";
import { live, start } from "./lib/live.js";
import { place } from "./lib/place.js";
import { kept, useStore } from "./lib/store.js";
import { Diagnostics, html, Icon, Lazy, Link, Loaded, Mark, OnDisk, pressing, said, say, Status, useStatus } from "./lib/ui.js";

const PAGES = [
  { path: "overview", key: "o" },
  { path: "map", key: "m" },
  { path: "routes", key: "r" },
  { path: "pools", key: "p" },
  { path: "connections", key: "c" },
  { path: "failures", key: "x" },
  { path: "names", key: "n" },
  { path: "certificates", key: "t" },
  { path: "events", key: "e" },
  { path: "config", key: "f" },
  { path: "system", key: "s" },
].map((each) => ({ ...each, title: each.path[0].toUpperCase() + each.path.slice(1) }));
const BY_KEY = Object.fromEntries(PAGES.map(({ key, path }) => [key, path]));

function App() {
  if (useStore(loginNeeded)) return html`<${Lazy} path="login" />`;
  return html`<${Shell} />`;
}

/** The frame around the page. The status is fetched here, for every page. */
function Shell() {
  const status = useData("/status", 5000);
  const { page: path } = useStore(place);
  const [help, setHelp] = useState(false);
  const showHelp = useRef(() => setHelp(true)).current;
  const current = PAGES.find((each) => each.path === path);
  const title = current?.title ?? "No such page";
  useKeys(BY_KEY, showHelp);
  useTitle(title, status.data);
  useFocus(path);
  if (!status.data) return html`<main id="main"><${Loaded} from=${status} /></main>`;
  return html`<${Status.Provider} value=${status.data}>
    <a class="skip" href="#main">Skip to the page</a>
    <${Header} onHelp=${showHelp} />
    <${Navigation} path=${path} />
    <${Banners} />
    <main id="main" tabindex="-1">
      <h1 class=${path === "overview" ? "unseen" : ""}>${title}</h1>
      ${current ? html`<${Lazy} key=${path} path=${path} />` : html`<p>There is no page <code>${path}</code>. The <${Link} page="overview">overview<//> is.</p>`}
    </main>
    <${Said} />
    ${help && html`<${Lazy} path="help" pages=${PAGES} onClose=${() => setHelp(false)} />`}
  <//>`;
}

function useTitle(title, status) {
  const things = status && pressing(status);
  useEffect(() => {
    document.title = `${things ? `(${things}) ` : ""}${title} · usher${status ? ` on ${status.hostname}` : ""}`;
  }, [title, things, status?.hostname]);
}

/** Moves focus and scroll to the top of a new page, for screen readers too. */
function useFocus(path) {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      document.getElementById("main")?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    first.current = false;
  }, [path]);
}

function Header({ onHelp }) {
  const { hostname, version, state, who, read_only, config } = useStatus();
  return html`<header>
    <a class="brand" href="/ui/overview"><img src="/assets/icon.svg" alt="" width="22" height="22" />usher</a>
    <span class="dim host" title=${`version ${version}`}>${hostname}</span>
    <span class="signs">
      <${Mark} icon=${state === "serving" ? "up" : "draining"} tone=${state === "serving" ? "good" : "warn"}>${state}<//>
      <a href="/ui/config"><${OnDisk} is=${config.on_disk} /></a>
      ${read_only && html`<${Mark} icon="info" tone="dim">read-only<//>`}
    </span>
    <span class="tools">
      <${Theme} />
      <button type="button" class="small quiet keys-help" onClick=${onHelp}>?<span class="unseen"> help and keys</span></button>
      <${Who} who=${who} />
    </span>
  </header>`;
}

const THEMES = ["auto", "light", "dark"];

function Theme() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "auto");
  const choose = (event) => {
    const { value } = event.target;
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    kept.set("theme", value === "auto" ? null : value);
    setTheme(value);
    dispatchEvent(new Event("usher-theme"));
  };
  return html`<select class="small" aria-label="Colours" value=${theme} onChange=${choose}>${THEMES.map((each) => html`<option key=${each} value=${each}>${each === "auto" ? "auto theme" : each}</option>`)}</select>`;
}

function Who({ who }) {
  if (!who.login_needed) return null;
  const leave = async () => {
    try {
      await call("DELETE", "/session");
      loginNeeded.set(true);
    } catch (fault) {
      say(fault.message);
    }
  };
  return html`<span class="who">${who.name} <span class="dim">${who.role}</span></span><button type="button" class="small quiet" onClick=${leave}>Log out</button>`;
}

function Navigation({ path }) {
  const status = useStatus();
  const { serving, total } = status.backends;
  const badges = { overview: pressing(status), pools: total - serving };
  const says = { overview: badges.overview === 1 ? "needs attention" : "need attention", pools: "not serving" };
  const list = useRef(null);
  useEffect(() => list.current.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [path]);
  return html`<nav class="pages" aria-label="Pages"><ul ref=${list}>${PAGES.map(
    (each) => html`<li key=${each.path}><a href=${`/ui/${each.path}`} aria-current=${each.path === path ? "page" : null}>${each.title}
      ${badges[each.path] > 0 && html`<span class="badge">${badges[each.path]}<span class="unseen"> ${says[each.path]}</span></span>`}</a></li>`,
  )}</ul></nav>`;
}

function Banners() {
  const { state, attention, config } = useStatus();
  const { page } = useStore(place);
  const last = config.last_reload;
  return html`<section class="banners" aria-label="Notices">
    <${Lost} />
    ${state === "draining" && html`<div class="banner warn"><strong><${Icon} name="draining" />usher is ${attention.find((a) => a.kind === state)?.text || state}</strong></div>`}
    ${last?.result === "refused" && page !== "overview" && html`<div class="banner bad">
      <strong><${Icon} name="alert" />The last reload was refused.</strong> Generation ${config.generation} stays in force. <${Link} page="config">Look at the configuration<//>
      ${page !== "config" && html`<${Diagnostics} diagnostics=${last.diagnostics} />`}
    </div>`}
  </section>`;
}

/** Shows since when the connection is lost, and greys old figures. */
function Lost() {
  const { phase, since, received, fault } = useStore(live);
  const lost = phase === "lost";
  const wasLost = useRef(false);
  useEffect(() => {
    document.documentElement.classList.toggle("stale", lost);
    if (lost) say("Connection to usher lost");
    else if (wasLost.current) say("Connected to usher again");
    wasLost.current = lost;
  }, [lost]);
  if (!lost) return null;
  const age = received ? `, last data ${span((Date.now() - received) / 1000)} old` : "";
  return html`<div class="banner bad lost">
    <strong><${Icon} name="down" />Connection to usher lost since ${clock(new Date(since))}${age}.</strong>
    ${" "}Trying again every two seconds. ${fault && html`<span class="text">${fault.title} ${fault.detail}</span>`}
  </div>`;
}

/** The page's only live region: changes of state and results of the user's own actions, never numbers. */
function Said() {
  const { text, number } = useStore(said);
  const status = useStatus();
  const [shown, setShown] = useState(false);
  const { serving, total } = status.backends;
  const backends = `${serving} of ${plural(total, "backend")} take sessions, ${plural(pressing(status), "thing needs", "things need")} attention`;
  const before = useRef(null);
  useEffect(() => {
    if (before.current && before.current !== backends) say(backends);
    before.current = backends;
  }, [backends]);
  useEffect(() => {
    setShown(true);
    const timer = setTimeout(() => setShown(false), 6000);
    return () => clearTimeout(timer);
  }, [number]);
  return html`<p class=${`said ${shown && text ? "shown" : ""}`} role="status">${text}</p>`;
}

document.getElementById("app").replaceChildren();
render(html`<${App} />`, document.getElementById("app"));
start();
