// A video: played, with its scenes, what is said in it, and what a search found in it.
import { aborted, get, post } from "../api.js";
import { at, h, icon, on, parts } from "../dom.js";
import { keep, stamp, t, time, tn } from "../i18n.js";
import { bind } from "../keys.js";
import { rectangle } from "../rectangle.js";
import { again, navigate } from "../router.js";
import { searchWithPicture } from "../search/picture.js";
import { address, asked, changed, isEmpty, playing } from "../search/query.js";
import { failed, toast } from "../toast.js";
import { filmOf } from "./film.js";
import { listOf, transcript } from "./lines.js";

const NEAR_S = 0.3;

export async function show(main, { params: { id }, query, signal }) {
  const { state } = history;
  const api = `/api/v1/videos/${id}`;
  const only = (asked) => changed(asked, { t: "", scene: "" });
  const search = only(query);
  const body = isEmpty(search) ? null : asked(search);
  const words = body?.query.trim();
  const timeline = async (more) => (await get(`${api}/timeline?limit=10000${more}`, signal)).scenes;
  let [video, scenes] = await Promise.all([get(api, signal), timeline("")]);
  if (signal.aborted) return;
  const { name, width, height, duration_s: length } = video;
  const root = stamp("player");
  const one = (selector) => root.querySelector(selector);
  const does = (what) => one(`[data-does=${what}]`);
  const [el, line, seek, note, picking, box] = parts(root, "video, .line, .line input, .way, .picking, .cut");
  const [now, of] = root.querySelectorAll(".controls .number");
  let hits = [];
  let said, part;

  function say(text, failed = false) {
    note.hidden = false;
    note.classList.toggle("bad", failed);
    one(".way span").textContent = text;
  }
  const sceneAt = (seconds) => Math.max(0, scenes.findLastIndex((scene) => scene.start_s <= seconds + 0.001));
  const film = filmOf(el, video, (seconds) => `/api/v1/scenes/${scenes[sceneAt(seconds)].scene_id}/keyframes/0`, say, signal);
  const strip = listOf(one(".strip"), (n) => film.seek(scenes[n].start_s));
  rectangle(picking, box, [0.3, 0.25, 0.7, 0.75], (to) => { part = to; }, () => does("find").click());
  const hitAt = () => hits.findLastIndex((hit) => hit.best_s <= film.time + NEAR_S);
  /** The address has where we are, for whoever comes back. */
  const stay = () => signal.aborted || history.replaceState(history.state, "", `?${changed(search, { t: film.time.toFixed(3) })}`);

  function draw() {
    one(".cuts").setAttribute("d", scenes.map(({ start_s }) => `M${start_s} 0V1`).join(""));
    one(".heat").setAttribute("d", scenes.map(({ start_s, end_s, heat }) => (heat ? `M${start_s} 1V${1 - heat}H${end_s}V1` : "")).join(""));
    strip.fill([...scenes], ({ index, start_s, end_s, heat, thumbnail: src }) => [
      t(heat ? "player.scene_fits" : "player.scene", { n: index + 1, from: time(start_s), to: time(end_s), part: Math.round(heat * 100) }),
      src ? h("img", { src, alt: "", width: 160, height: 90, loading: "lazy", decoding: "async" }) : icon("sound"),
      h("i", { style: { "--heat": heat ?? 0 } }), h("span", { class: "number" }, time(start_s))]);
  }

  /** To the next hit (1) or the one before (-1), be it in another video. */
  async function jump(by) {
    const hit = by > 0 ? hits[hitAt() + 1] : hits.findLast((before) => before.best_s < film.time - NEAR_S);
    if (hit) return film.seek(hit.best_s);
    const { groups } = await post("/search", { ...body, group_by: "video", limit: 100 }, signal);
    const next = groups[groups.findIndex((group) => group.video_id === id) + by];
    if (next) navigate(playing(next.hits[0], search));
    else toast(t(by > 0 ? "player.last_hit" : "player.first_hit"));
  }

  function pick(on) {
    picking.hidden = !on;
    if (on) film.toggle(false);
    (on ? box : does("pick")).focus();
  }

  const pressed = { play: () => film.playing, captions: () => film.cues?.mode === "showing", sound: () => !el.muted };
  const press = {
    play: () => film.toggle(),
    back: () => jump(-1),
    on: () => jump(1),
    pick: () => pick(picking.hidden),
    unpick: () => pick(false),
    async find() {
      const picture = await film.picture().catch(() => { throw Error(t("player.no_picture")); });
      const { width: across, height: down } = await createImageBitmap(picture);
      const [left, top, right, bottom] = part;
      await searchWithPicture(await createImageBitmap(picture, left * across, top * down, (right - left) * across, (bottom - top) * down));
    },
    async copy() {
      const url = new URL(`?t=${Math.floor(film.time)}`, location).href;
      await navigator.clipboard?.writeText(url).catch(() => { throw Error(url); }); // by http from elsewhere
      toast(navigator.clipboard ? t("player.copied") : url);
    },
    captions() {
      film.cues.mode = pressed.captions() ? "hidden" : "showing";
      keep("captions", pressed.captions() ? null : "off");
    },
    sound() { el.muted = !el.muted; },
    full: () => (document.fullscreenElement ? document.exitFullscreen() : one(".stage").requestFullscreen()),
    again() {
      stay();
      again();
    },
  };
  for (const button of root.querySelectorAll("[data-does]")) {
    const { key, does: what } = button.dataset;
    if (press[what]) button.onclick = async () => {
      try {
        await press[what]();
      } catch (error) {
        failed(error);
      }
      render();
    };
    if (!key) continue;
    button.title = `${button.title || button.textContent.trim()} (${key})`;
    bind({ [key]: [what !== "unpick" && `player.${what}`, () => (button.checkVisibility() ? button.click() : false)] }, signal);
  }
  const further = (by) => ["player.keys_seek", () => film.seek(film.time + by)];
  const frame = (by) => ["player.keys_frame", () => film.step(by)];
  const scene = (by, end) => ["player.keys_scene", () => film.seek(scenes[sceneAt(film.time) + by]?.start_s ?? end)];
  bind({
    " ": ["player.play", (event) => (event.target.closest("button, a") ? false : film.toggle())],
    ArrowLeft: further(-5), ArrowRight: further(5), ",": frame(-1), ".": frame(1), "[": scene(-1, 0), "]": scene(1, length),
  }, signal);

  function render() {
    const n = sceneAt(film.time);
    const { scene_id, start_s } = scenes[n] ?? {};
    const hit = hitAt() + 1;
    for (const what in pressed) does(what).ariaPressed = pressed[what]();
    does("captions").hidden = !film.cues;
    does("play").disabled = video.offline;
    root.classList.toggle("gone", video.offline);
    seek.value = film.time;
    seek.ariaValueText = now.textContent = `${time(film.time)} / ${time(length)}`;
    line.style.setProperty("--part", film.time / length);
    of.textContent = hit ? `${hit} / ${hits.length}` : tn("player.hits", hits.length);
    does("alike").href = `/?like=${scene_id}`;
    one(".whose").href = `/entities?scene=${scene_id}&t=${start_s}`;
    one(".odd").href = `/anomalies/${id}`;
    does("clip").href = `/api/v1/scenes/${scene_id}/clip.mp4`;
    strip.light(n);
    said?.(film.time);
  }

  at("q").value = words ?? "";
  one("h1").textContent = el.ariaLabel = name;
  one(".head p").textContent = [time(length), tn("player.scenes_n", scenes.length), width && `${width} × ${height}`].filter(Boolean).join(" · ");
  one(".back").href = address(search);
  one(".back").hidden = !body;
  seek.max = length;
  one(".line svg").setAttribute("viewBox", `0 0 ${length} 1`);
  root.style.setProperty("--ratio", width / height);
  root.classList.toggle("blind", !width);
  root.classList.toggle("wordless", !video.caption_count);
  does("full").hidden = !document.fullscreenEnabled;
  main.append(root);
  seek.oninput = () => film.seek(Number(seek.value));
  el.onclick = press.play;
  for (const event of ["timeupdate", "play", "pause", "volumechange", "seeking"]) on(el, event, render);
  for (const event of ["pause", "seeked"]) on(el, event, stay);
  root.addEventListener("click", (event) => event.target.closest("a") && stay(), true);
  on(document, "recovered", () => note.matches(".bad") && press.again(), signal);

  const go = (to) => film.seek(Number(to.get("t") ?? scenes.find((one) => one.scene_id === to.get("scene"))?.start_s) || 0);
  go(query);
  draw();
  render();
  // who comes from within the page, and not back, wants to see it
  if (state && !("y" in state) && query.has("t") && !matchMedia("(prefers-reduced-motion: reduce)").matches) film.toggle(true);
  transcript(one(".words"), api, film, findHere(), signal).then((light) => {
    said = light;
    render();
  }, (error) => aborted(error) || say(error.message, true));

  async function findHere() {
    if (!body) return hits;
    ({ hits } = await post("/search", { ...body, limit: 200, filters: { ...body.filters, video_ids: [id] } }, signal));
    const better = hits.filter((hit) => !body.anchor || hit.band !== "weak");
    hits = (better.length ? better : hits).sort((one, two) => one.best_s - two.best_s);
    one(".hits").hidden = !hits.length;
    if (words) scenes = await timeline(`&query=${encodeURIComponent(words)}`);
    else for (const { scene_id, score } of hits) scenes.find((one) => one.scene_id === scene_id).heat = score;
    draw();
    render();
    return hits;
  }
  return (next) => (`${only(next.query)}` === `${search}` ? go(next.query) : again());
}
