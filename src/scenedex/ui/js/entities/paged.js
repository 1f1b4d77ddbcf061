import { get } from "../api.js";
import { h, on } from "../dom.js";

/** Page after page of what `path` (it ends in ? or &) lists, as the end of `list` comes near. `add(page, path)` says how
 *  many it had. Gives back the first. */
export function paged(list, path, add, signal) {
  let offset = 0;
  const end = list.parentNode.appendChild(h("div"));
  const load = async () => {
    const from = `${path}limit=48&offset=${offset}`;
    const page = await get(from, signal);
    offset += add(page, from);
    if (offset < page.total) watch.observe(end);
    return page;
  };
  const watch = new IntersectionObserver(([one]) => {
    if (!one.isIntersecting) return;
    watch.disconnect();
    load().catch(() => document.addEventListener("recovered", () => watch.observe(end), { once: true, signal }));
  }, { rootMargin: "600px" });
  on(signal, "abort", () => watch.disconnect());
  return load();
}
