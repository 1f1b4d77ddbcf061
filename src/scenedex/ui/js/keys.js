// Keys, where nobody is typing. `?` lists those that are bound now; single letters can be turned off (WCAG 2.1.4).
import { at, h } from "./dom.js";
import { keep, kept, t } from "./i18n.js";

let bound = [];

/** bind({"j": ["view.keys_next", handler], "Shift+ArrowLeft": […]}, signal). A handler that gives back false has not
 *  taken the key. Without a description it is not listed. The latest binding wins. */
export function bind(keys, signal) {
  bound.unshift(keys);
  signal?.addEventListener("abort", () => { bound = bound.filter((one) => one !== keys); });
}

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
  let name = event.key;
  if (!/^[ -~]+$/.test(name)) name = event.code.replace("Key", "").toLowerCase(); // another alphabet's key
  if (name.length === 1 && kept("keys") === "off") return;
  if (event.shiftKey && name.length > 1) name = `Shift+${name}`;
  if (bound.some((keys) => keys[name] && keys[name][1](event) !== false)) event.preventDefault();
});

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "␣", Escape: "Esc" };

export function help() {
  const rows = {};
  for (const keys of bound) for (const name in keys) if (keys[name][0]) (rows[keys[name][0]] ??= []).push(name);
  const sheet = at("keys");
  sheet.querySelector("dl").replaceChildren(...Object.entries(rows).map(([said, names]) => h("div", {},
    h("dt", {}, names.map((name) => h("kbd", {}, name.split("+").map((one) => SIGNS[one] ?? one).join(" ")))),
    h("dd", {}, t(said)))));
  const on = sheet.querySelector("input");
  on.checked = kept("keys") !== "off";
  on.onchange = () => keep("keys", on.checked ? null : "off");
  sheet.onclick = ({ target }) => { if (target === sheet) sheet.close(); };
  sheet.showModal();
}
