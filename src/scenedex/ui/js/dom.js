// Elements from names, properties and children. Text is only ever text: nothing here reads HTML.

const SVG = "http://www.w3.org/2000/svg";
const LIVE = new Set(["value", "checked", "muted", "currentTime", "indeterminate"]); // properties that no attribute sets

function fill(el, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(el.dataset, value);
    else if (name === "style") for (const [key, to] of Object.entries(value)) el.style.setProperty(key, to);
    else if (LIVE.has(name)) el[name] = value;
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return el;
}

/** h("a", {href, class, onclick, dataset: {}, style: {"--x": 1}}, "text", element, [more]) */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

/** The same for SVG. */
export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

/** One of icons.svg. It has no name of its own: what it stands in has one. */
export const icon = (name) =>
  svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `/assets/icons.svg#${name}` }));

export const at = (id) => document.getElementById(id);
