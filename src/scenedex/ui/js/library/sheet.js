// What there is to know about a video and to do with it; and the question before some are removed.
import { del, patch } from "../api.js";
import { h } from "../dom.js";
import { stamp, t, tn } from "../i18n.js";
import { sheet } from "../sheet.js";
import { toast } from "../toast.js";

/** Ask, and forget these videos. `changed()`: something is not as it was. */
export function remove(videos, changed, signal) {
  const { length } = videos, [{ name }] = videos;
  sheet(tn("library.remove_ask", length, { name }), t("library.remove"), async () => {
    try {
      for (; videos[0]; videos.shift()) await del(`videos/${videos[0].id}`);
      toast(tn("library.removed", length, { name }));
    } finally {
      changed();
    }
  }, signal, h("p", {}, t("library.remove_what")));
}

/** Its contact sheet, tags and places. */
export function about(video, changed, signal) {
  const { id, name, paths, warnings } = video, path = `/api/v1/videos/${id}`;
  const made = stamp("about"), part = (what) => made.querySelector(what), tag = part("input"), picture = part("[download]");
  const change = async (tags) => {
    show(await patch(path, { tags }));
    changed();
    tag.value = "";
    return true;
  };
  const box = sheet(name, "", () => change({ add: [tag.value] }), signal, made);
  const show = ({ tags }) => part("ul").replaceChildren(...tags.map((one) => {
    const el = stamp("tag"), end = el.firstChild;
    el.prepend(one);
    end.ariaLabel += ` ${one}`;
    end.onclick = () => change({ remove: [one] }).catch(box.tell);
    return el;
  }));
  part("img").src = picture.href = `${path}/contact-sheet.jpg`;
  picture.download = `${name}.jpg`;
  part(".play").href = `/videos/${id}`;
  part(".odd").href = `/anomalies/${id}`;
  part(".danger").onclick = () => {
    box.close();
    remove([video], changed, signal);
  };
  part(".facts").replaceChildren(...[...paths, ...warnings].map((one) => h("p", {}, one)));
  show(video);
}
