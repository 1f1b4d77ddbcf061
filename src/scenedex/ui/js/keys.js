// Keys: one letter does one thing, where nobody is typing. `?` lists those that are bound now.
import { h, icon } from "./dom.js";
import { keep, kept, t } from "./i18n.js";

let bound = [];

/** bind({"j": ["search.keys.next", handler], "ArrowRight": […], "Shift+ArrowRight": […]}, signal)
 *  A handler that gives back false has not taken the key. A null description: not listed. The latest binding wins. */
export function bind(keys, signal) {
  const mine = { keys };
  bound.push(mine);
  signal?.addEventListener("abort", () => { bound = bound.filter((one) => one !== mine); });
}

const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=range]), textarea, select, [contenteditable]";

/** As a Latin keyboard has it, whatever is typed with it. */
function nameOf(event) {
  const named = event.key.length > 1 || /[ -~]/.test(event.key) ? event.key : event.code.replace(/^Key/, "").toLowerCase();
  return event.shiftKey && named.length > 1 ? `Shift+${named}` : named;
}

function onkey(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.(TYPED) || document.querySelector("dialog[open]")) return;
  const name = nameOf(event);
  if (name.length === 1 && kept("keys") === "off") return; // WCAG 2.1.4
  for (const { keys } of [...bound].reverse()) {
    if (keys[name] && keys[name][1](event) !== false) {
      event.preventDefault();
      return;
    }
  }
}

const LABELS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "␣", Escape: "Esc" };
const label = (name) => name.split("+").map((part) => LABELS[part] ?? part).join(" ");

/** The sheet that lists them. */
export function help() {
  const rows = new Map();
  for (const { keys } of bound) {
    for (const [name, [said]] of Object.entries(keys)) if (said) rows.set(said, [...(rows.get(said) ?? []), name]);
  }
  const off = h("input", {
    type: "checkbox", checked: kept("keys") !== "off",
    onchange: () => keep("keys", off.checked ? null : "off"),
  });
  const sheet = h("dialog", { class: "help", "aria-labelledby": "help-title", onclose: () => sheet.remove() },
    h("form", { method: "dialog", class: "row" },
      h("h2", { id: "help-title" }, t("shell.help")),
      h("button", { class: "quiet", "aria-label": t("shell.close") }, icon("close"))),
    h("dl", {}, [...rows].map(([said, names]) => h("div", {},
      h("dt", {}, [...new Set(names)].map((name) => h("kbd", {}, label(name)))), h("dd", {}, t(said))))),
    h("label", { class: "choice" }, off, t("shell.keys_on")));
  sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());
  document.body.append(sheet);
  sheet.showModal();
}

document.addEventListener("keydown", onkey);
