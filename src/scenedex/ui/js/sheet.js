import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

/** A dialog with one button, `action`. What `send()` throws is said in it; else it closes. */
export function sheet(title, action, send, signal, ...children) {
  const said = h("p", { role: "alert", class: "bad" });
  const button = h("button", { class: "primary" }, action);
  const close = () => box.close();
  const enter = async (event) => {
    event.preventDefault();
    button.disabled = true;
    await send().then(close, box.tell);
    button.disabled = false;
  };
  const box = h("dialog", { class: "sheet", "aria-label": title, onclose: () => box.remove() }, h("form", { onsubmit: enter },
    h("div", { class: "row" }, h("h2", {}, title), h("button", { type: "button", class: "quiet", "aria-label": t("shell.close"), onclick: close }, icon("close"))),
    children, said, button));
  box.tell = (error) => { said.textContent = error.message; };
  signal.addEventListener("abort", close);
  document.body.append(box);
  box.showModal();
  return box;
}
