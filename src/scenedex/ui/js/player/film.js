// A video as the page plays it: its file or, where the browser cannot play that, a film that the server makes from any
// second on. Times are always those of the video.
import { aborted, get } from "../api.js";
import { h, on } from "../dom.js";
import { t } from "../i18n.js";

const SETTLE_MS = 250; // what is passed over faster is not made

/** `still(seconds)`: a picture near it, until there is that of the second itself. `say(words, failed)`. */
export function filmOf(el, video, still, say, signal) {
  const address = `/api/v1/videos/${video.id}`;
  const { duration_s: end } = video;
  let made = false;
  let wanted = false; // it plays, or will
  let from = 0; // the second at which that begins which the element plays
  let to = null; // where it will be in a moment
  let moved = 0; // by what the cues are earlier
  let track, timer;

  function make() {
    if (video.width) el.poster = still(to);
    if (video.offline) return;
    [from, to] = [to, null];
    shift();
    el.src = `${address}/play.mp4?from=${from}${from ? "&copy=false" : ""}`; // a copy begins at a key frame
    if (wanted) play();
  }

  const play = () => el.play().catch(() => { wanted = !el.paused; });

  function shift() {
    const { cues } = track?.track ?? {};
    if (!cues) return;
    for (const cue of cues) {
      cue.startTime += moved - from;
      cue.endTime += moved - from;
    }
    moved = from;
  }

  function unload() {
    el.removeAttribute("src");
    el.load();
  }

  function instead() {
    const { time } = film;
    made = true;
    unload();
    film.seek(time);
  }

  function convert(told) {
    if (made) return;
    say(t("player.converted", { codecs: [told.video, told.audio].filter(Boolean).map((one) => one.codec.toUpperCase()).join(" + ") }));
    instead();
  }

  async function failed() {
    const was = made;
    try {
      const answer = await fetch(el.src, { signal, headers: { Range: "bytes=0-0" } });
      if (answer.ok) {
        answer.body.cancel();
        return was ? say(t("player.broken"), true) : convert(await get(`${address}/playback`, signal));
      }
      say((await answer.json()).error.message, true);
      video.offline = answer.status === 404;
      instead();
    } catch (error) {
      if (aborted(error)) return;
      say(error.status ? error.message : t("player.cut_off"), true);
      get("/health", signal).catch(() => {}); // where nothing answers, the page waits for it
    }
  }

  const film = {
    get time() { return Math.min(to ?? from + el.currentTime, end); },
    get playing() { return wanted; },
    get cues() { return track?.track; },
    seek(seconds) {
      const there = Math.min(Math.max(0, seconds), end);
      if (!el.poster && video.width) el.poster = still(there);
      if (!made) return void (el.currentTime = there);
      to = there;
      clearTimeout(timer);
      timer = setTimeout(make, SETTLE_MS);
      el.dispatchEvent(new Event("timeupdate"));
    },
    toggle(on = !wanted) {
      wanted = on && !video.offline;
      if (!wanted) el.pause();
      else if (made && film.time > end - 0.1) film.seek(0);
      else play();
    },
    /** To the middle of a frame further on or back: at its edge, rounding decides what is seen. */
    step(by) {
      const [n, per] = (video.frame_rate ?? "10/1").split("/");
      film.toggle(false);
      film.seek(((Math.floor((film.time * n) / per + 0.001) + by + 0.5) * per) / n);
    },
    /** What is shown. */
    async picture() {
      if (el.readyState > 1) return el;
      const image = h("img", { src: video.offline ? el.poster : `${address}/frame.jpg?t=${film.time}` });
      await image.decode();
      return image;
    },
    captions(src, srclang, on) {
      track?.remove();
      track = h("track", { kind: "captions", src, srclang, onload: shift });
      moved = 0;
      el.append(track);
      track.track.mode = on ? "showing" : "hidden";
    },
  };

  el.onplay = () => { wanted = true; };
  el.onpause = () => { wanted &&= to !== null; };
  el.onended = () => {
    if (!made || film.time > end - 2 || film.time < from + 1) return;
    wanted = true; // the server does not wait for ever for somebody who pauses
    film.seek(film.time);
  };
  el.onerror = () => el.hasAttribute("src") && failed();
  el.onloadedmetadata = () => video.width && !el.videoWidth && failed();
  on(signal, "abort", () => {
    clearTimeout(timer);
    unload();
  });
  if (video.offline) {
    say(t("player.offline"), true);
    instead();
  } else {
    el.src = `${address}/stream`;
    get(`${address}/playback`, signal).then((told) => {
      // a QuickTime file is nearly an MP4 file, and played as one
      if (told.way !== "as_is" && !el.canPlayType(told.type?.replace("quicktime", "mp4"))) convert(told);
    }, () => {});
  }
  return film;
}
