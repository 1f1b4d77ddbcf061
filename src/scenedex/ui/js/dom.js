// Elements. Text is only ever text: nothing here reads HTML.
/** Until `signal` ends, if there is one. */
export const on = (target, type, handler, signal) => target.addEventListener(type, handler, { signal });
const given = (one) => one ?? false;

const fill = (el, props, children) => {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (given(value) === false) continue;
    if (name.startsWith("on")) on(el, name.slice(2), value);
    else if (name === "style") for (const one in value) el.style.setProperty(one, value[one]);
    else el.setAttribute(name, value === true ? "" : value);
  }
  el.append(...children.flat(9).filter((one) => given(one) !== false));
  return el;
};

export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), props, children);
export const icon = (name) => svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `/assets/icons.svg#${name}` }));
/** The elements in `el` that these selectors name, with commas between. */
export const parts = (el, selectors) => selectors.split(", ").map((one) => el.querySelector(one));
export const at = (id) => document.getElementById(id);
