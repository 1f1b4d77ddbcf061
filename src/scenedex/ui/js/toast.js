// What is said in passing, and what stands above all views until it is over.
import { at, h, icon } from "./dom.js";
import { stamp } from "./i18n.js";

/** Errors stay until they are closed. */
export function toast(message, error) {
  const box = stamp("toast");
  const [said, close] = box.children;
  const end = () => box.remove();
  said.textContent = message;
  close.onclick = end;
  at("toasts").append(box);
  if (error) box.classList.add("error");
  else setTimeout(end, 6000);
}

/** What went wrong; not what was broken off. */
export const failed = (error) => { if (error.name !== "AbortError") toast(error.message, true); };

/** What stands in a view until it is over; `more`: what can be done. */
export const note = (said, more) => h("div", { class: "note" }, icon("warning"), h("p", {}, said), more);

export const banner = (message) => at("banner").replaceChildren(...(message ? [icon("warning"), message] : []));
