// What is said in passing (toast), and what stands above all views until it is over (banner).
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

const SECONDS = 6;

/** toast("Removed.", {action: ["Undo", fn], error: true}); errors and those with an action stay until they are closed. */
export function toast(message, { action, error = false } = {}) {
  const close = () => box.remove();
  const box = h("div", { class: error ? "toast error" : "toast" },
    h("p", {}, message),
    action && h("button", { type: "button", onclick: () => { close(); action[1](); } }, action[0]),
    h("button", { type: "button", class: "quiet", "aria-label": t("shell.close"), onclick: close }, icon("close")));
  document.getElementById("toasts").append(box);
  if (!error && !action) setTimeout(close, SECONDS * 1000);
  return close;
}

/** One line above everything; null takes it away. */
export function banner(message) {
  const place = document.getElementById("banner");
  place.replaceChildren(...(message ? [icon("warning"), message] : []));
}
