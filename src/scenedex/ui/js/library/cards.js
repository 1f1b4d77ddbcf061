// Videos as cards, in stretches that are filled when they come near and emptied when they are far: thousands stay light.
import { h, on } from "../dom.js";
import { stamp, time, tn } from "../i18n.js";
import { doing, stand } from "./said.js";

const SIZE = 24; // whole rows of 1 to 4 cards
const AT_ONCE = 8; // are laid out together
const SETTLED_MS = 60; // what is only passed by is not asked for

export const show = (el, { state, job, scene_count }) => stand(el, state,
  state === "running" ? doing(job) : state === "indexed" ? tn("library.scenes", scene_count) : null, job?.progress?.share);

function card(video, place, total) {
  const { id, name, thumbnail, duration_s, error, tags } = video, el = stamp("card");
  const [still, why, , choose, title, line, about] = el.children, link = title.firstChild;
  Object.assign(el, { id, video, ariaLabel: name, ariaPosInSet: place, ariaSetSize: total });
  still.href = link.href = `/videos/${id}`;
  link.append(name);
  title.title = name;
  still.lastChild.append(time(duration_s));
  if (thumbnail) still.firstChild.src = thumbnail;
  if (error) why.firstChild.append(error);
  else why.hidden = true;
  choose.ariaLabel += ` ${name}`;
  about.ariaLabel += ` ${name}`;
  line.append(...tags.map((tag) => h("span", { class: "tag" }, tag)));
  show(el, video);
  return el;
}

/** `load(offset, limit)` gives {videos, total}. `open()` begins anew, `renew()` asks again for what is near. */
export function stretches(feed, load, signal) {
  const watch = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) {
      target.near = isIntersecting;
      if (isIntersecting) setTimeout(() => target.near && !target.firstChild && fill(target).catch(() => null), SETTLED_MS);
      else if (!target.matches(":focus-within, :has(:checked)")) {
        target.filling = null;
        target.replaceChildren();
      }
    }
  }, { rootMargin: "800px" });
  on(signal, "abort", () => watch.disconnect());

  function lay(total) {
    if (total === feed.total) return;
    feed.total = total;
    const n = Math.ceil(total / SIZE);
    while (feed.childElementCount > n) feed.lastChild.remove();
    while (feed.childElementCount < n) watch.observe(feed.appendChild(h("div", { class: "stretch" })));
    [...feed.children].forEach((one, n) => one.style.setProperty("--n", Math.min(SIZE, total - n * SIZE)));
  }

  async function fill(one) {
    const offset = [...feed.children].indexOf(one) * SIZE;
    if (offset < 0) return; // taken away meanwhile
    const { videos, total } = await load(offset, SIZE);
    if (!one.isConnected) return;
    lay(total);
    const held = document.activeElement, old = [...one.children];
    const same = (video) => old.find((el) => JSON.stringify(el.video) === JSON.stringify(video));
    const lot = old.length ? SIZE : AT_ONCE;
    one.filling = videos;
    for (let n = 0; n < videos.length && one.filling === videos; n += lot) {
      const some = videos.slice(n, n + lot).map((video, m) => same(video) ?? card(video, offset + n + m + 1, total));
      if (n) one.append(...some);
      else one.replaceChildren(...some);
      if (n + lot < videos.length) await new Promise(requestAnimationFrame);
    }
    if (one.contains(held)) held.focus({ preventScroll: true });
  }

  return {
    renew: () => Promise.all([...feed.children].filter(({ near }) => near).map(fill)).catch(() => null),
    open: () => {
      feed.replaceChildren();
      feed.total = 0;
      lay(1);
      return fill(feed.firstChild);
    },
  };
}
