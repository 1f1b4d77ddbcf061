// A scene that is pointed at, or focused by key, plays without sound where its picture is.
import { h, on } from "../dom.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

export function previews(list, signal) {
  let timer, film, place;
  const stop = () => {
    clearTimeout(timer);
    film?.removeAttribute("src");
    film?.load(); // ends the download
    film?.remove();
    film = place = null;
  };
  const plan = (event, wait) => {
    const shot = event.target.closest(".shot");
    if (shot === place) return;
    stop();
    const hit = shot?.parentElement.hit;
    if (!hit?.path || !hit.thumbnail || still.matches) return;
    place = shot;
    timer = setTimeout(play, wait, hit);
  };
  const play = ({ video_id, scene_id, start_s, end_s }) => {
    const mine = (film = h("video", { autoplay: true, loop: true, playsinline: true, disablepictureinpicture: true, "aria-hidden": "true" }));
    let whole = true;
    mine.muted = true;
    mine.src = `/api/v1/videos/${video_id}/stream#t=${start_s}`;
    mine.onplaying = () => mine.classList.add("on");
    mine.ontimeupdate = () => { if (whole && mine.currentTime >= end_s) mine.currentTime = start_s; };
    mine.onerror = () => { // what this browser cannot play
      if (film === mine && whole) mine.src = `/api/v1/scenes/${scene_id}/clip.mp4`;
      whole = false;
    };
    place.firstChild.append(mine);
  };
  on(list, "pointerover", (event) => { if (event.pointerType === "mouse") plan(event, 120); }, signal);
  on(list, "pointerleave", stop, signal);
  on(list, "focusin", (event) => { if (event.target.matches(":focus-visible")) plan(event, 400); }, signal);
  on(list, "focusout", stop, signal);
  on(signal, "abort", stop);
}
