// Keys, where nobody is typing. `?` lists those that are bound now; single letters can be turned off (WCAG 2.1.4).
import { at, h, on } from "./dom.js";
import { keep, kept, t } from "./i18n.js";

let bound = [];

/** {key: [description, handler]}. A handler that gives back false has not taken the key; the latest binding wins. */
export function bind(keys, signal) {
  bound.unshift(keys);
  if (signal) on(signal, "abort", () => { bound = bound.filter((one) => one !== keys); });
}

const TYPING = "input:not([type=checkbox], [type=range]), select, dialog[open] *";

on(document, "keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(TYPING)) return;
  let name = event.key;
  if (!/^[ -~]+$/.test(name)) name = event.code.replace("Key", "").toLowerCase(); // another alphabet's key
  if (name.length === 1 && kept("keys") === "off") return;
  if (event.shiftKey && name.length > 1) name = `Shift+${name}`;
  if (bound.some((keys) => keys[name] && keys[name][1](event) !== false)) event.preventDefault();
});

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "␣", Escape: "Esc" };
const sign = (name) => name.split("+").map((one) => SIGNS[one] ?? one).join(" ");

export function help() {
  const rows = {};
  for (const keys of bound) for (const [name, [said]] of Object.entries(keys)) if (said) (rows[said] ??= []).push(h("kbd", {}, sign(name)));
  const sheet = at("keys");
  const on = sheet.querySelector("input");
  sheet.querySelector("dl").replaceChildren(...Object.entries(rows).map(([said, names]) => h("div", {}, h("dt", {}, names), h("dd", {}, t(said)))));
  on.checked = kept("keys") !== "off";
  on.onchange = () => keep("keys", on.checked ? null : "off");
  sheet.onclick = ({ target }) => { if (target === sheet) sheet.close(); };
  sheet.showModal();
}
