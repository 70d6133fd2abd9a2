// Tables whose order and filters are in the page's address.

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useQuery } from "./place.js";
import { html, Icon, Wide } from "./ui.js";

/** A search box whose text is the parameter `name` of the page's address. */
export function Search({ label, name = "filter", placeholder = "" }) {
  const [query, change] = useQuery();
  const [text, setText] = useState(query.get(name) ?? "");
  const timer = useRef(0);
  const id = useId();
  const inPlace = query.get(name) ?? "";
  useEffect(() => setText(inPlace), [inPlace]);
  const type = (event) => {
    const { value } = event.target;
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ [name]: value.trim(), from: null }), 200);
  };
  return html`<span class="field search">
    <label for=${id}>${label}</label>
    <input id=${id} type="search" data-search autocomplete="off" spellcheck="false" maxlength="256"
      placeholder=${placeholder} value=${text} onInput=${type} />
  </span>`;
}

/** A choice kept as the parameter `name` of the page's address; the first option is the default and is left out. */
export function Choice({ label, name, options }) {
  const [query, change] = useQuery();
  const id = useId();
  const [[first]] = options;
  return html`<span class="field">
    <label for=${id}>${label}</label>
    <select id=${id} value=${query.get(name) ?? first}
      onChange=${(event) => change({ [name]: event.target.value === first ? null : event.target.value })}>
      ${options.map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}
    </select>
  </span>`;
}

/** A checkbox kept as the parameter `name` of the page's address. */
export function Tick({ label, name }) {
  const [query, change] = useQuery();
  return html`<label class="field tick">
    <input type="checkbox" checked=${query.has(name)} onChange=${(e) => change({ [name]: e.target.checked ? "1" : null, from: null })} />
    ${label}
  </label>`;
}

/** Compares two values; unknown values come last in either order. */
function compare(a, b, sign) {
  if (a == null || b == null) return (a == null) - (b == null);
  return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
}

/** Sorts rows by the parameter `sort` of the page's address: a column's id, with a minus for descending. */
export function sorted(rows, columns, sort) {
  const column = columns.find((each) => each.sort && each.id === sort?.replace(/^-/, ""));
  if (!column) return rows;
  const sign = sort.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => compare(column.sort(a), column.sort(b), sign));
}

/** The heads of a table; sortable columns have buttons. */
export function Heads({ columns }) {
  const [query, change] = useQuery();
  const sort = query.get("sort") ?? "";
  return html`<thead><tr>${columns.map((column) => {
    if (!column.sort) return html`<th key=${column.id} scope="col" class=${column.number && "number"}>${column.label || html`<span class="unseen">${column.says}</span>`}</th>`;
    const order = sort === column.id ? "ascending" : sort === `-${column.id}` ? "descending" : null;
    const first = column.number ? `-${column.id}` : column.id;
    const second = column.number ? column.id : `-${column.id}`;
    const next = sort === first ? second : sort === second ? null : first;
    return html`<th key=${column.id} scope="col" class=${column.number && "number"} aria-sort=${order}>
      <button type="button" class="head" title=${column.title} onClick=${() => change({ sort: next })}>
        ${column.label}${order && html`<${Icon} name=${order === "ascending" ? "rising" : "falling"} />`}
      </button>
    </th>`;
  })}</tr></thead>`;
}

export const Cells = ({ columns, row }) =>
  columns.map((column, i) =>
    i === 0
      ? html`<th key=${column.id} scope="row" class=${column.class}>${column.cell(row)}</th>`
      : html`<td key=${column.id} data-label=${column.label} class=${`${column.number ? "number" : ""} ${column.class ?? ""}`}>${column.cell(row)}</td>`,
  );

/**
 * A table whose order is in the page's address.
 * @param {object} table
 * @param {string} table.label
 * @param {{id: string, label: string, cell: (row: any) => any, sort?: (row: any) => any, number?: boolean}[]} table.columns
 * @param {any[]} table.rows
 * @param {(row: any) => any} table.id
 */
export function Table({ label, columns, rows, id, tone, stacked }) {
  const [query] = useQuery();
  return html`<${Wide} label=${label}><table class=${stacked && `stacked ${stacked}`}>
    <caption class="unseen">${label}</caption>
    <${Heads} columns=${columns} />
    <tbody>${sorted(rows, columns, query.get("sort")).map(
      (row) => html`<tr key=${id(row)} data-row tabindex="-1" class=${tone?.(row)}><${Cells} columns=${columns} row=${row} /></tr>`,
    )}</tbody>
  </table><//>`;
}
