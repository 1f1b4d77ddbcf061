// All videos: what comes in, how each stands, and what can be done with them.
import { events, get } from "../api.js";
import { at, on } from "../dom.js";
import { count, stamp, t, tn } from "../i18n.js";
import { bind } from "../keys.js";
import { navigate } from "../router.js";
import { panel, renew, tell } from "./arrivals.js";
import * as cards from "./cards.js";
import { order, STATES } from "./said.js";
import { about, remove } from "./sheet.js";
import { ways } from "./ways.js";

const SOON_MS = 300;

export async function show(main, { query, signal }) {
  const view = stamp("library"), part = (what) => view.querySelector(what);
  const form = part(".filters"), feed = part(".videos"), adding = part("details");
  let asked = query, typed, ended;

  main.append(view);
  adding.after(panel);
  ways(part("details form"), signal);

  const list = cards.stretches(feed, async (offset, limit) => {
    const found = await get(`videos?${asked}&offset=${offset}&limit=${limit}`, signal), { states, total } = found;
    part(".total").textContent = count(total);
    for (const one of form.state) if (one.value) one.textContent = `${t(`library.${one.value}`)} (${count(states[one.value] ?? 0)})`;
    feed.role = total ? "feed" : "region";
    view.classList.toggle("none", !total);
    const bare = !total && !asked.get("name") && !asked.get("state");
    view.classList.toggle("bare", bare);
    adding.open ||= bare;
    return found;
  }, signal);

  function fill() {
    if (!form.matches(":focus-within")) {
      form.reset();
      for (const [name, value] of asked) if (form[name]) form[name].value = value;
    }
    return list.open();
  }
  form.oninput = () => {
    clearTimeout(typed);
    const wanted = [...new FormData(form)].filter(([, value]) => value);
    typed = setTimeout(() => navigate(`/videos?${new URLSearchParams(wanted)}`, { replace: true }), SOON_MS);
  };
  form.onsubmit = (event) => event.preventDefault();

  const ticked = () => [...feed.querySelectorAll(":checked")];
  const clear = () => ticked().forEach((one) => one.click());
  function marked() {
    const { length } = ticked();
    view.classList.toggle("choosing", length);
    part(".chosen p").textContent = tn("library.chosen", length);
  }
  const renewed = () => list.renew().then(marked);
  const away = () => {
    const chosen = ticked().map((one) => one.parentNode);
    const videos = (chosen.length ? chosen : [document.activeElement.closest(".video")]).map((one) => one?.video);
    if (!videos[0]) return false;
    remove(videos, renewed, signal);
  };
  feed.onchange = marked;
  feed.onclick = ({ target }) => {
    const { video } = target.closest(".video") ?? {};
    if (target.closest(".about")) about(video, renewed, signal);
    if (target.closest(".again")) order(video.job, "retry");
  };
  part(".chosen .danger").onclick = away;
  part(".chosen .clear").onclick = clear;
  bind({
    a: ["library.add", () => part("summary").click()],
    f: ["library.by_name", () => form.name.focus()],
    Delete: ["library.remove", away],
    Escape: ["library.clear", clear],
  }, signal);

  events("jobs/events", {
    state: ({ jobs }) => jobs.forEach((job) => tell(job)),
    job: (job) => {
      const el = at(job.video_id), state = STATES[job.state];
      tell(job);
      clearTimeout(ended);
      if (el && state && state !== "failed") cards.show(el, { ...el.video, state, job });
      else ended = setTimeout(renewed, SOON_MS);
    },
  }, signal);
  on(document, "recovered", renewed, signal);

  renew(signal).catch(() => null);
  await fill();
  return ({ query: now }) => {
    asked = now;
    return fill();
  };
}
