// What is said in passing, and what stands above all views until it is over.
import { at, h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** toast("Removed.", {action: ["Undo", fn]}). Errors and those with an action stay until they are closed. */
export function toast(message, { action, error } = {}) {
  const box = h("div", { class: error ? "toast error" : "toast" }, h("p", {}, message),
    action && h("button", { type: "button", onclick: () => (box.remove(), action[1]()) }, action[0]),
    h("button", { type: "button", class: "quiet", "aria-label": t("shell.close"), onclick: () => box.remove() }, icon("close")));
  at("toasts").append(box);
  if (!error && !action) setTimeout(() => box.remove(), 6000);
}

/** null takes it away. */
export const banner = (message) => at("banner").replaceChildren(...(message ? [icon("warning"), message] : []));
