// For the eye alone: say the same in words, or in a table.
import { h, svg } from "./dom.js";

const chart = (name, ...children) => svg("svg", { class: name, viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, children);

/** A line through [x, y] of 0 to 1 that stretches to its box. */
export function curve(points) {
  const line = points.map(([x, y]) => `${x.toFixed(4)} ${(1 - y).toFixed(4)}`).join("L");
  return chart("curve", points.length && [svg("path", { class: "area", d: `M${points[0][0]} 1L${line}L${points.at(-1)[0]} 1Z` }), svg("path", { d: `M${line}` })]);
}

/** Of a table: what it is about, a picture of it, and a number. */
export const row = (head, picture, number) => h("tr", {}, h("th", { scope: "row" }, head), h("td", {}, picture), h("td", { class: "number" }, number));

/** Parts of 0 to 1 in a row. */
export function bar(parts) {
  let end = 0;
  return chart("bars", parts.map((width) => svg("rect", { x: (end += width) - width, width, height: 1 })));
}
