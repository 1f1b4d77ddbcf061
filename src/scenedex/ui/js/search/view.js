// The search: results while somebody types, all of it in the address.
import { aborted, get, post } from "../api.js";
import { at, h, icon } from "../dom.js";
import { count, stamp, t, tn } from "../i18n.js";
import { bind } from "../keys.js";
import { navigate } from "../router.js";
import { filterBar, NONE } from "./filters.js";
import { previews } from "./preview.js";
import { address, asked, changed, isEmpty } from "./query.js";
import { tile } from "./tile.js";
import { why } from "./why.js";

const FIRST = 24;
const MORE = 60;
const MOST = 10_000; // hits that the API can be asked for
const PAUSE_MS = 250; // a key after so long is the first of something new, and searched for at once
const WAIT_MS = 60;
const SETTLED_MS = 2000; // what stood so long is a step of its own in the history

const known = new Map(); // searches of this visit: a step back finds them as they were

export async function show(main, { query, state, signal }) {
  const field = at("q");
  const title = h("h1");
  const said = h("p", { class: "muted small", role: "status" });
  const notes = h("div");
  const list = h("ol", { class: "grid" });
  const end = h("div", { class: "end" });
  const go = (values, options) => navigate(address(changed(now, values)), options);
  const bar = filterBar(go, signal);
  main.append(h("div", { class: "page search" }, title, bar.el, said, notes, list, end));
  const watch = new IntersectionObserver(([one]) => one.isIntersecting && more(), { rootMargin: "1200px" });
  let now = query;
  let running = new AbortController();
  let found, failed, timer;
  let keyed = 0;

  function typed(at_once) {
    const since = performance.now() - keyed;
    keyed = performance.now();
    clearTimeout(timer);
    const search = () => {
      const q = field.value.trim();
      if (q !== (now.get("q") ?? "")) go({ q, weaker: "" }, { replace: since < SETTLED_MS || isEmpty(now) });
    };
    if (at_once || since > PAUSE_MS) search();
    else timer = setTimeout(search, WAIT_MS);
  }

  const ask = (body) => post("/search", { ...asked(now), ...body }, { signal: AbortSignal.any([signal, running.signal]) });

  async function run(to, fresh) {
    now = to;
    running.abort();
    running = new AbortController();
    const q = now.get("q") ?? "";
    const key = `${now}`;
    if (document.activeElement !== field) field.value = q;
    document.title = q ? `${q} · scenedex` : "scenedex";
    title.className = isEmpty(now) ? "" : "out";
    title.textContent = isEmpty(now) ? t("search.welcome") : t("search.results", { query: q });
    bar.el.hidden = key === "";
    bar.show(now);
    list.ariaBusy = true;
    const late = setTimeout(() => { said.textContent = t("search.searching"); }, 400);
    try {
      if (isEmpty(now)) await landing();
      else if (!asked(now)) empty(t("search.lost"), t("search.lost_hint"));
      else {
        if (fresh || !known.has(key)) {
          const answer = await ask({ limit: FIRST });
          known.set(key, { answer, hits: answer.hits, whole: answer.hits.length < FIRST });
          if (known.size > 9) known.delete(known.keys().next().value);
        }
        render(known.get(key));
      }
      failed = false;
      list.ariaBusy = false;
    } catch (error) {
      trouble(error);
    }
    clearTimeout(late);
  }

  function trouble(error) {
    if (aborted(error)) return;
    failed = true;
    list.ariaBusy = false;
    said.textContent = "";
    if (error.status) notes.replaceChildren(note(error.message, h("button", { type: "button", onclick: () => run(now, true) }, t("shell.retry"))));
  }

  const note = (...children) => h("div", { class: "note" }, icon("warning"), h("p", {}, children[0]), children[1]);

  function render(what) {
    found = what;
    const { hits, answer } = found;
    const images = new Map([...list.querySelectorAll("img")].map((one) => [one.getAttribute("src"), one]));
    const made = hits.map((hit) => tile(hit, now));
    for (const one of made) { // a picture that is there already does not blink
      const old = images.get(one.hit.thumbnail);
      if (old) one.querySelector("img").replaceWith(old);
    }
    if (!hits.length) {
      const narrow = Object.keys({ ...NONE, by: "", mode: "" }).some((name) => now.has(name));
      const q = now.get("q");
      empty(q ? t("search.nothing", { query: q }) : t("search.nothing_alike"), t(narrow ? "search.nothing_narrowed" : "search.nothing_hint"),
        narrow && h("button", { type: "button", onclick: () => go({ ...NONE, by: "", mode: "" }) }, t("search.everywhere")));
    } else notes.replaceChildren();
    list.replaceChildren(...made);
    if (answer.degraded.length) notes.prepend(note(`${t("search.degraded")} ${answer.degraded.join(" ")}`));
    tally();
  }

  function tally() {
    const { hits, whole, answer: { hidden } } = found;
    said.textContent = !hits.length ? "" : whole ? tn("search.found", hits.length) : t("search.found_more", { n: count(hits.length) });
    if (whole && hidden) end.replaceChildren(tn("search.hidden", hidden), " ",
      h("button", { type: "button", class: "plain", onclick: () => go({ weaker: "1" }) }, t("search.show")));
    else end.replaceChildren();
    watch.unobserve(end); // it may have been in sight all the time
    watch.observe(end);
  }

  function empty(head, hint, more) {
    found = null;
    list.replaceChildren();
    end.replaceChildren();
    said.textContent = "";
    notes.replaceChildren(h("div", { class: "empty" }, h("h2", {}, head), h("p", {}, hint), more));
  }

  async function landing() {
    const stats = await get("/api/v1/stats", { signal: AbortSignal.any([signal, running.signal]) });
    const made = stamp(stats.videos ? "search-landing" : "search-first");
    empty();
    notes.replaceChildren(made);
    if (!stats.videos) return;
    made.querySelector("p").textContent = t("search.there", { videos: tn("search.videos", stats.videos), scenes: tn("search.scenes", stats.scenes) });
    for (const link of made.querySelectorAll("a")) link.href = `/?${new URLSearchParams({ q: link.lastElementChild.textContent })}`;
    made.querySelector("button").onclick = () => at("picture").click();
  }

  async function more() {
    const mine = found;
    if (!mine || mine.whole || mine.busy) return;
    mine.busy = true;
    try {
      const { hits } = await ask({ limit: MORE, offset: mine.hits.length });
      mine.hits.push(...hits);
      mine.whole = hits.length < MORE || mine.hits.length + MORE > MOST;
      list.append(...hits.map((hit) => tile(hit, now)));
      tally();
    } catch (error) {
      trouble(error);
    }
    mine.busy = false;
  }

  signal.addEventListener("abort", () => { watch.disconnect(); clearTimeout(timer); });

  function unfold(el) {
    const button = el.lastElementChild;
    const open = button.ariaExpanded === "true";
    button.ariaExpanded = !open;
    if (open) el.nextElementSibling.remove();
    else el.after(h("li", { class: "unfolded" }, why(el.hit, found.answer, now)));
  }

  list.addEventListener("click", ({ target }) => {
    const el = target.closest(".hit");
    if (target.closest(".unfold")) unfold(el);
    else if (el) history.replaceState({ ...history.state, hit: el.hit.scene_id }, "");
  });

  const focused = () => document.activeElement.closest(".hit");

  function move(by) {
    const tiles = [...list.querySelectorAll(".shot")];
    const columns = getComputedStyle(list).gridTemplateColumns.split(" ").length;
    const from = tiles.indexOf(focused()?.firstChild);
    const to = from < 0 ? 0 : from + by * (Math.abs(by) > 1 ? columns / 2 : 1);
    if (!tiles.length) return false;
    if (to < 0) field.focus();
    else tiles[Math.min(to, tiles.length - 1)].focus();
  }

  previews(list, signal);
  bind({
    ArrowLeft: ["search.keys_move", () => move(-1)],
    ArrowRight: ["search.keys_move", () => move(1)],
    ArrowUp: ["search.keys_move", () => focused() ? move(-2) : false],
    ArrowDown: ["search.keys_move", () => focused() || !scrollY ? move(2) : false],
    Enter: ["search.keys_open", () => false],
    w: ["search.keys_why", () => list.firstChild ? unfold(focused() ?? list.firstChild) : false],
  }, signal);
  field.addEventListener("input", () => typed(false), { signal });
  field.form.addEventListener("submit", () => typed(true), { signal });
  field.addEventListener("keydown", (event) => event.key === "ArrowDown" && move(2) !== false && event.preventDefault(), { signal });
  document.addEventListener("recovered", () => failed && run(now, true), { signal });

  if (isEmpty(query) && matchMedia("(hover: hover)").matches) field.focus();
  await run(query);
  if (document.activeElement === field) typed(true); // what came before this was here to listen
  if (state.hit) [...list.children].find((el) => el.hit?.scene_id === state.hit)?.firstChild.focus({ preventScroll: true });
  return ({ query: to }) => run(to);
}
