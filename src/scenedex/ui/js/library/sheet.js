// What there is to know about a video and to do with it; and the question before some are removed.
import { del, patch } from "../api.js";
import { at, h } from "../dom.js";
import { stamp, tn } from "../i18n.js";
import { toast } from "../toast.js";
import { failed } from "./said.js";

function open(id, title) {
  const box = at(id);
  box.querySelector("h2").textContent = title;
  box.showModal();
  return (what) => box.querySelector(what);
}

/** Ask, and forget these videos. */
export function remove(videos, changed) {
  const { length } = videos, [{ name }] = videos;
  open("removal", tn("library.remove_ask", length, { name }))(".danger").onclick = async () => {
    try {
      for (const { id } of videos) await del(`/api/v1/videos/${id}`);
      toast(tn("library.removed", length, { name }));
    } catch (error) {
      failed(error);
    }
    changed();
  };
}

/** Its contact sheet, tags and places. `changed()`: something of it is not as it was. */
export function about(video, changed) {
  const { id, name, paths, warnings } = video, part = open("about", name), form = part(".tags"), sheet = part("[download]");
  part("img").src = sheet.href = `/api/v1/videos/${id}/contact-sheet.jpg`;
  sheet.download = `${name}.jpg`;
  part(".play").href = `/videos/${id}`;
  part(".odd").href = `/anomalies/${id}`;
  part(".danger").onclick = () => remove([video], changed);
  part(".facts").replaceChildren(...[...paths, ...warnings].map((one) => h("p", {}, one)));

  const tags = (now) => part("ul").replaceChildren(...now.tags.map((tag) => {
    const one = stamp("tag"), end = one.firstChild;
    one.prepend(tag);
    end.ariaLabel += ` ${tag}`;
    end.onclick = () => change({ remove: [tag] });
    return one;
  }));
  const change = (how) => patch(`/api/v1/videos/${id}`, { tags: how }).then((now) => (tags(now), changed()), failed);
  form.onsubmit = (event) => {
    event.preventDefault();
    change({ add: [form.tag.value] });
    form.reset();
  };
  tags(video);
}
