// Pictures of somebody or something, each with the part that shows them.
import { get, post } from "../api.js";
import { h, parts } from "../dom.js";
import { count, stamp, t, time } from "../i18n.js";
import { rectangle } from "../rectangle.js";
import { sheet } from "../sheet.js";

const asUrl = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(file);
});

/** Choose them; `send(crops)` keeps them. `query` may name a `scene` or `video` to begin with, and the time `t` in it. */
export function crops(title, action, send, signal, query, ...fields) {
  const made = stamp("entity-pictures");
  const [file, words, search, found, chosen, stage, told, away] = parts(made, "[type=file], [type=search], .find, .found, .chosen, .easel, output, .quiet");
  const box = sheet(title, action, () => send(list.map((one) => one.crop)), signal, ...fields, made);
  const list = [];
  const thumb = (src, title, onclick, onerror) => h("button", { type: "button", onclick, title, "aria-label": title }, h("img", { src, alt: "", onerror }));

  function pick(one) {
    for (const each of list) each.button.ariaPressed = each === one;
    stage.replaceChildren();
    told.textContent = "";
    away.hidden = !one;
    away.onclick = () => drop(one);
    if (!one) return;
    const cut = h("div", { class: "cut", tabindex: 0, role: "application", "aria-label": t("entities.cut") });
    stage.append(h("img", { src: one.src, alt: "" }), cut);
    rectangle(stage, cut, one.crop.box ?? [0, 0, 1, 1], (box) => {
      one.crop.box = box;
      const [left, top, right, bottom] = box.map((edge) => edge * 100);
      told.textContent = t("entities.part", { left: count(left), top: count(top), width: count(right - left), height: count(bottom - top) });
    });
  }
  function drop(one) {
    list.splice(list.indexOf(one), 1);
    one.button.remove();
    pick(list.at(-1));
  }
  function add(src, crop) {
    const one = { src, crop };
    one.button = thumb(src, t("entities.picture", { n: list.length + 1 }), () => pick(one), () => {
      drop(one);
      box.tell({ message: t("entities.no_picture") });
    });
    list.push(one);
    chosen.append(one.button);
    pick(one);
  }
  const take = async (files) => {
    for (const image of await Promise.all([...files].map(asUrl))) add(image, { image });
  };
  const scene = (id, t_s) => get(`scenes/${id}`, signal).then(({ keyframes }) => {
    const best = keyframes.reduce((a, b) => (Math.abs(b.t_s - t_s) < Math.abs(a.t_s - t_s) ? b : a));
    add(best.url, { scene_id: id, t_s: best.t_s });
  }).catch(box.tell);

  file.onchange = () => take(file.files);
  search.onclick = () => post("/search", { query: words.value, limit: 12 }, signal).then(({ hits }) => {
    const seen = hits.filter((hit) => hit.thumbnail);
    found.replaceChildren(...seen.map((hit) => thumb(hit.thumbnail, `${hit.video} ${time(hit.best_s)}`, () => scene(hit.scene_id, hit.best_s))), seen.length ? "" : t("entities.none_found"));
  }, box.tell);
  words.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    search.click();
  };
  box.onpaste = box.ondragover = box.ondrop = (event) => {
    const { files } = event.clipboardData ?? event.dataTransfer;
    event.stopPropagation(); // elsewhere it would be searched with
    if (event.type === "paste" && !files.length) return;
    event.preventDefault();
    take(files);
  };
  const from = Object.fromEntries(query);
  const t_s = Number(from.t);
  if (from.scene) scene(from.scene, t_s);
  else if (from.video) add(`/api/v1/videos/${from.video}/frame.jpg?t=${t_s}`, { video_id: from.video, t_s });
}
