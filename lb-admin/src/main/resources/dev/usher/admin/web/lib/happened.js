import { localTimes, words } from "./format.js";
import { Ago, html, Mark, Text } from "./ui.js";

export const KINDS = {
  backend_up: ["up", "good"],
  backend_down: ["down", "bad"],
  backend_ejected: ["ejected", "warn"],
  backend_draining: ["draining", "info"],
  pool_down: ["down", "bad"],
  pool_up: ["up", "good"],
  reloaded: ["up", "good"],
  reload_refused: ["alert", "bad"],
  admin: ["info", "info"],
  limit: ["alert", "warn"],
  warning: ["alert", "warn"],
  recovered: ["up", "good"],
};

export const Kind = ({ kind }) => {
  const [icon, tone] = KINDS[kind] ?? ["info", "info"];
  return html`<${Mark} icon=${icon} tone=${tone}>${words(kind)}<//>`;
};

/** A short list of events, for other pages. */
export const EventList = ({ events }) =>
  events.length
    ? html`<ul class="events">${events.map(
        (each) => html`<li key=${each.sequence}><span class="line"><${Kind} kind=${each.kind} /> <${Text}>${each.subject}<//> <span class="dim"><${Ago} at=${each.at} /></span></span>
          <span class="dim"><${Text} lines>${localTimes(each.text)}<//></span></li>`,
      )}</ul>`
    : html`<p class="dim">Nothing yet.</p>`;
