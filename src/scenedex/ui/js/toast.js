// What is said in passing, and what stands above all views until it is over.
import { at, h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** Errors, and those with an action, stay until they are closed. */
export function toast(message, { action, error } = {}) {
  const close = () => box.remove();
  const box = h("div", { class: error ? "toast error" : "toast" }, h("p", {}, message),
    action && h("button", { onclick: () => (close(), action[1]()) }, action[0]),
    h("button", { class: "quiet", "aria-label": t("shell.close"), onclick: close }, icon("close")));
  at("toasts").append(box);
  if (!error && !action) setTimeout(close, 6000);
}

/** What went wrong; not what was broken off. */
export const failed = (error) => { if (error.name !== "AbortError") toast(error.message, { error: true }); };

export const banner = (message) => at("banner").replaceChildren(...(message ? [icon("warning"), message] : []));
