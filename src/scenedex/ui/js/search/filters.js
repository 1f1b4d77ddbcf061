// The quiet bar: what may be found at all, and how it is searched.
import { get } from "../api.js";
import { h, icon } from "../dom.js";
import { stamp, t } from "../i18n.js";
import { pictures } from "./picture.js";

/** What "clear" takes away. */
export const NONE = { video: "", longer: "", shorter: "", days: "", band: "" };

/** `change(values)`: what a choice changes in the address. */
export function filterBar(change, signal) {
  const el = stamp("search-filters");
  const [unfold, choices, chips, clear] = el.children;
  const [video, names] = choices.children;
  const ids = {}; // of videos, by name
  let chosen;

  unfold.onclick = () => { unfold.ariaExpanded = choices.classList.toggle("on"); };
  clear.onclick = () => change(NONE);
  choices.onchange = ({ target: { name, value } }) => {
    if (name) change({ ...Object.fromEntries(name.split(" ").map((one) => [one, ""])), ...Object.fromEntries(new URLSearchParams(value)) });
  };
  video.onfocus = async () => {
    const { videos } = await get("videos?limit=200", signal).catch(() => ({ videos: [] }));
    for (const { name, id } of videos) ids[name] = id;
    names.replaceChildren(...Object.keys(ids).map((value) => h("option", { value })));
  };
  video.oninput = () => {
    const id = ids[video.value];
    if (!id) return;
    video.value = "";
    change({ video: [...new Set([...chosen, id])].join() });
  };

  const chip = (text, off, src) => h("span", { class: "chip small" }, src && h("img", { src, alt: "" }), h("span", {}, text),
    h("button", { class: "quiet", "aria-label": t("search.without", { name: text }), onclick: () => change(off) }, icon("close")));

  async function show(query) {
    const mine = (chosen = query.get("video")?.split(",") ?? []);
    for (const select of choices.querySelectorAll("select")) {
      select.value = select.name.split(" ").filter((name) => query.has(name)).map((name) => `${name}=${query.get(name)}`).join("&");
      select.classList.toggle("set", select.value);
      if (select.selectedIndex < 0) select.selectedIndex = 0;
    }
    clear.hidden = !Object.keys(NONE).some((name) => query.has(name));
    const like = query.get("like");
    const picture = query.get("picture");
    chips.replaceChildren(
      like ? chip(t(query.has("box") ? "search.like_part" : "search.like_scene"), { like: "", keyframe: "", box: "" }, `/api/v1/scenes/${like}/thumbnail`) : "",
      picture ? chip(t("search.like_picture"), { picture: "", box: "" }, pictures.get(picture)) : "");
    const known = await Promise.all(mine.map((id) => get(`videos/${id}`, signal).catch(() => ({ name: "?" }))));
    if (mine === chosen) chips.append(...known.map(({ name }, n) => chip(name, { video: mine.toSpliced(n, 1).join() })));
  }
  return { el, show };
}
