// Pictures of somebody or something, each with the part that shows them.
import { get, post } from "../api.js";
import { h, icon } from "../dom.js";
import { t, time } from "../i18n.js";
import { rectangle } from "../rectangle.js";
import { sheet } from "../sheet.js";

const asUrl = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result);
  reader.readAsDataURL(file);
});

/** Choose them; `send(crops)` keeps them. `query` may name a `scene` or `video` to begin with, and the time `t` in it. */
export function crops(title, action, send, signal, query, field) {
  const list = [];
  const stage = h("div", { class: "stage" });
  const told = h("div", { class: "row" });
  const row = h("div", { class: "crops row" });
  const found = h("div", { class: "crops row", role: "status" });
  const words = h("input", { type: "search", placeholder: t("entities.find_hint"), "aria-label": t("entities.find"), onkeydown: (event) => event.key === "Enter" && find(event) });
  const file = h("input", { type: "file", accept: "image/*", multiple: true, class: "out", onchange: () => take(file.files) });
  const thumb = (src, title, onclick, onerror) => h("button", { type: "button", onclick, title, "aria-label": title }, h("img", { src, alt: "", onerror }));

  function pick(one) {
    for (const each of list) each.button.setAttribute("aria-pressed", each === one);
    stage.replaceChildren();
    told.replaceChildren();
    if (!one) return;
    stage.append(h("img", { src: one.src, alt: "" }));
    told.append(rectangle(stage, one.crop), h("button", { type: "button", class: "quiet", onclick: () => drop(one) }, icon("remove"), t("entities.drop")));
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
    row.append(one.button);
    pick(one);
  }
  const take = async (files) => {
    for (const image of await Promise.all([...files].map(asUrl))) add(image, { image });
  };
  const scene = (id, t_s) => get(`/api/v1/scenes/${id}`, { signal }).then(({ keyframes }) => {
    const best = keyframes.reduce((a, b) => (Math.abs(b.t_s - t_s) < Math.abs(a.t_s - t_s) ? b : a));
    add(best.url, { scene_id: id, t_s: best.t_s });
  }).catch(box.tell);
  function find(event) {
    event.preventDefault();
    post("/search", { query: words.value, limit: 12 }, { signal }).then(({ hits }) => {
      const seen = hits.filter((hit) => hit.thumbnail);
      found.replaceChildren(...seen.map((hit) => thumb(hit.thumbnail, `${hit.video} ${time(hit.best_s)}`, () => scene(hit.scene_id, hit.best_s))), seen.length ? "" : t("entities.none_found"));
    }, box.tell);
  }
  function given(event) {
    const { files } = event.clipboardData ?? event.dataTransfer;
    event.stopPropagation(); // elsewhere it would be searched with
    if (event.type === "paste" && !files.length) return;
    event.preventDefault();
    take(files);
  }

  const box = sheet(title, action, () => send(list.map((one) => one.crop)), signal, field, h("div", { class: "picking" },
    h("div", {},
      h("div", { class: "row" }, h("label", { class: "button" }, icon("picture"), t("entities.choose"), file), h("span", { class: "small muted" }, t("entities.or"))),
      h("div", { class: "row" }, words, h("button", { type: "button", onclick: find }, t("entities.find"))),
      found, row),
    h("div", {}, stage, told)));
  for (const name of ["paste", "drop", "dragover"]) box.addEventListener(name, given);
  const t_s = Number(query.get("t"));
  if (query.has("scene")) scene(query.get("scene"), t_s);
  else if (query.has("video")) add(`/api/v1/videos/${query.get("video")}/frame.jpg?t=${t_s}`, { video_id: query.get("video"), t_s });
}
