import { del, get, patch, post } from "../api.js";
import { h, icon, parts } from "../dom.js";
import { percent, server, stamp, t, tn } from "../i18n.js";
import { again, navigate } from "../router.js";
import { previews } from "../search/preview.js";
import { tile } from "../search/tile.js";
import { sheet } from "../sheet.js";
import { failed, note } from "../toast.js";
import { crops } from "./crops.js";
import { paged } from "./paged.js";

export async function show(main, { params, query, signal }) {
  const path = `entities/${params.id}`;
  const [{ name, picture }, { examples }] = await Promise.all([get(path, signal), get(`${path}/examples`, signal)]);
  main.append(stamp("entity"));
  const [who, title, rename, remove, more, said, least, told, notes, list] = parts(main, ".who, h1, .rename, .remove, .more, [role=status], input, output, .notes, ol");
  if (picture) who.src = picture;
  else who.remove();
  title.textContent = name;
  rename.onclick = () => {
    const to = stamp("naming");
    to.value = name;
    sheet(t("entities.rename"), t("entities.save"), () => patch(path, { name: to.value }).then(again), signal, to);
  };
  remove.onclick = () => sheet(t("entities.remove_title", { name }), t("entities.remove"), () => del(path).then(() => navigate("/entities")), signal, h("p", {}, t("entities.remove_why")));
  more.onclick = () => crops(t("entities.more"), t("entities.more"), async (made) => {
    for (const one of made) await post(`${path}/examples`, one);
    again();
  }, signal, query);
  const drop = (one) => del(`${path}/examples/${one.id}`).then(again, failed);
  more.parentElement.before(...examples.map((one, n) => h("li", {}, h("img", { src: one.picture, alt: t("entities.picture", { n: n + 1 }) }),
    h("button", { type: "button", class: "quiet writes", "aria-label": t("entities.drop_example", { n: n + 1 }), onclick: () => drop(one) }, icon("close")))));
  const tell = () => { told.textContent = percent(least.value); };
  least.oninput = tell;
  least.onchange = () => navigate(`?threshold=${least.value}`, { replace: true }).then(again);
  previews(list, signal);
  let last;
  try {
    const found = await paged(list, `${path}/appearances?${query}&`, ({ appearances }) => {
      for (const one of appearances) {
        if (one.video_id !== last) list.append(h("li", { class: "whole" }, h("h3", {}, h("a", { href: `/videos/${one.video_id}` }, one.video))));
        last = one.video_id;
        list.append(tile(one));
      }
      return appearances.length;
    }, signal);
    least.value = found.threshold;
    tell();
    said.textContent = examples.length ? tn("entities.scenes", found.scenes) : t("entities.unshown");
    notes.append(...found.degraded.map((one) => note(server(one))));
  } catch (error) {
    notes.append(note(error.message));
  }
}
