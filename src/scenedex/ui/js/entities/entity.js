import { del, get, patch, post } from "../api.js";
import { h, icon } from "../dom.js";
import { t, tn } from "../i18n.js";
import { again, navigate } from "../router.js";
import { previews } from "../search/preview.js";
import { tile } from "../search/tile.js";
import { sheet } from "../sheet.js";
import { crops } from "./crops.js";
import { paged } from "./paged.js";

export async function show(main, { params, query, signal }) {
  const path = `/api/v1/entities/${params.id}`;
  const [{ name, picture }, { examples }] = await Promise.all([get(path, { signal }), get(`${path}/examples`, { signal })]);
  document.title = `${name} · scenedex`;
  const button = (word, onclick) => h("button", { type: "button", class: "writes", onclick }, t(`entities.${word}`));
  const rename = () => {
    const to = h("input", { value: name, required: true, maxlength: 200, autofocus: true, "aria-label": t("entities.name") });
    sheet(t("entities.rename"), t("entities.save"), () => patch(path, { name: to.value }).then(again), signal, to);
  };
  const remove = () => sheet(t("entities.remove_title", { name }), t("entities.remove"), () => del(path).then(() => navigate("/entities")), signal, h("p", {}, t("entities.remove_why")));
  const more = () => crops(t("entities.more"), t("entities.more"), async (made) => {
    for (const one of made) await post(`${path}/examples`, one);
    again();
  }, signal, query);
  const said = h("span", { role: "status", class: "muted" });
  const notes = h("div", { class: "notes" });
  const list = h("ol", { class: "grid" });
  const told = h("output", { class: "number" });
  const tell = () => { told.textContent = `${Math.round(least.value * 100)} %`; };
  const least = h("input", {
    type: "range", min: 0.5, max: 1, step: 0.01,
    oninput: tell,
    onchange: () => navigate(`?threshold=${least.value}`, { replace: true }).then(again),
  });
  main.append(h("div", { class: "page entities" },
    h("div", { class: "head row" }, picture && h("img", { class: "who", src: picture, alt: "" }), h("h1", {}, name), button("rename", rename), button("remove", remove)),
    h("h2", {}, t("entities.shown")),
    h("ul", { class: "crops row" }, examples.map((one, n) => h("li", {}, h("img", { src: one.picture, alt: t("entities.picture", { n: n + 1 }) }),
      h("button", { type: "button", class: "quiet writes", "aria-label": t("entities.drop_example", { n: n + 1 }), onclick: () => del(`${path}/examples/${one.id}`).then(again) }, icon("close")))),
      h("li", {}, button("more", more))),
    h("div", { class: "controls row" }, h("h2", {}, t("entities.where")), said, h("label", { class: "choice small" }, t("entities.least"), least, told)),
    notes, list));
  previews(list, signal);
  let last;
  try {
    const found = await paged(list, `${path}/appearances?${query}&`, ({ appearances }) => {
      for (const one of appearances) {
        if (one.video_id !== last) list.append(h("li", { class: "whole" }, h("h3", {}, h("a", { href: `/videos/${one.video_id}` }, one.video))));
        last = one.video_id;
        list.append(tile({ ...one, then: [] }, ""));
      }
      return appearances.length;
    }, signal);
    least.value = found.threshold;
    tell();
    said.textContent = examples.length ? tn("entities.scenes", found.scenes) : t("entities.unshown");
    notes.append(...found.degraded.map((one) => h("p", { class: "note" }, icon("warning"), one)));
  } catch (error) {
    notes.append(h("p", { class: "note" }, icon("warning"), error.message));
  }
}
