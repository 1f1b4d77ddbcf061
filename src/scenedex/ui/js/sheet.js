import { on, parts } from "./dom.js";
import { stamp } from "./i18n.js";

/** A dialog with one button, `action`, if any. What `send()` throws is said in it; else it closes, but where it gives back true. */
export function sheet(title, action, send, signal, ...fields) {
  const box = stamp("sheet");
  const [form, head, quiet, said, button] = parts(box, "form, h2, .quiet, .bad, .primary");
  const close = () => box.close();
  box.ariaLabel = head.textContent = title;
  button.textContent = action;
  if (!action) button.remove();
  said.before(...fields);
  box.tell = (error) => { said.textContent = error.message; };
  box.onclose = () => box.remove();
  quiet.onclick = close;
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    await send().then((stays) => stays || close(), box.tell);
    button.disabled = false;
  };
  on(signal, "abort", close);
  document.body.append(box);
  box.showModal();
  return box;
}
