// Pictures to search with: chosen, pasted or dropped, on any view. They stay in this tab; an address only names them.
import { at, h, on } from "../dom.js";
import { t } from "../i18n.js";
import { navigate } from "../router.js";
import { failed } from "../toast.js";

const SIDE = 1024; // more than any model sees

/** Data URLs by name. */
export const pictures = new Map();

/** `source`: a File, Blob or canvas. */
export async function searchWithPicture(source) {
  try {
    const drawn = await createImageBitmap(source);
    const part = Math.min(1, SIDE / Math.max(drawn.width, drawn.height));
    const [width, height] = [drawn.width, drawn.height].map((side) => Math.round(side * part) || 1);
    const canvas = h("canvas", { width, height });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white"; // below what is transparent
    pen.fillRect(0, 0, width, height);
    pen.drawImage(drawn, 0, 0, width, height);
    const name = Date.now().toString(36);
    pictures.set(name, canvas.toDataURL("image/jpeg", 0.9));
    at("q").value = "";
    navigate(`/?picture=${name}`);
  } catch {
    failed(Error(t("search.no_picture")));
  }
}

export function takePictures() {
  const veil = at("veil");
  const file = at("picture-file");
  at("picture").onclick = () => file.click();
  file.onchange = () => {
    if (file.files[0]) searchWithPicture(file.files[0]);
    file.value = "";
  };
  for (const type of ["paste", "dragover", "drop"])
    on(document, type, (event) => {
      const { items = [] } = event.clipboardData ?? event.dataTransfer ?? {};
      const item = [...items].find((one) => one.kind === "file" && one.type.startsWith("image/"));
      if (!item || event.defaultPrevented) return;
      event.preventDefault();
      veil.hidden = type !== "dragover";
      if (veil.hidden) searchWithPicture(item.getAsFile());
    });
  on(document, "dragleave", (event) => { veil.hidden ||= !event.relatedTarget; });
}
