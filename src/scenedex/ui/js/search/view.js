// The search: results while somebody types, all of it in the address.
import { aborted, get, post } from "../api.js";
import { at, h, on } from "../dom.js";
import { count, server, stamp, t, tn } from "../i18n.js";
import { bind } from "../keys.js";
import { navigate } from "../router.js";
import { note } from "../toast.js";
import { filterBar, NONE } from "./filters.js";
import { previews } from "./preview.js";
import { address, asked, changed, isEmpty } from "./query.js";
import { tile } from "./tile.js";
import { why } from "./why.js";

const CHUNK = 24; // of the results come together
const LAID = 12; // a grid that is laid out by itself; full rows in up to four columns
const MOST = 10_000; // hits that the API can be asked for
const WAIT_MS = 60; // what is searched for while a key comes may take so much longer
const SETTLED_MS = 2000; // what stood so long is a step of its own in the history

const known = new Map(); // searches of this visit: a step back finds them as they were

export async function show(main, { query, state, signal }) {
  const field = at("q");
  const page = stamp("search-page");
  const [title, said, take, notes, list, end] = page.children;
  const watch = new IntersectionObserver(([one]) => one.isIntersecting && more(), { rootMargin: "1200px" });
  let now = query;
  let running = new AbortController();
  let found, failed, timer;
  let keyed = 0;

  const active = () => document.activeElement;
  const go = (values, options) => navigate(address(changed(now, values)), options);
  const bar = filterBar(go, signal);
  const either = () => AbortSignal.any([signal, running.signal]);
  const ask = (body, path = "/search") => post(path, { ...asked(now), ...body }, either());
  title.after(bar.el);
  main.append(page);

  function typed(atOnce) {
    const since = performance.now() - keyed;
    keyed = performance.now();
    clearTimeout(timer);
    timer = setTimeout(() => {
      const q = field.value.trim();
      if (q !== (now.get("q") ?? "")) go({ q, weaker: "" }, { replace: since < SETTLED_MS || isEmpty(now) });
    }, !atOnce && list.ariaBusy === "true" ? WAIT_MS : 0);
  }

  async function run(to, fresh) {
    now = to;
    running.abort();
    running = new AbortController();
    const q = now.get("q") ?? "";
    const key = `${now}`;
    const nothing = isEmpty(now);
    if (active() !== field) field.value = q;
    document.title = q ? `${q} · scenedex` : "scenedex";
    title.className = nothing ? "" : "out";
    title.textContent = nothing ? t("search.welcome") : t("search.results", { query: q });
    bar.el.hidden = !key;
    bar.show(now);
    list.ariaBusy = true;
    const late = setTimeout(() => { said.textContent = t("search.searching"); }, 400);
    try {
      if (nothing) await landing();
      else if (!asked(now)) empty(t("search.lost"), t("search.lost_hint"));
      else {
        if (fresh || !known.has(key)) {
          const answer = await ask({ limit: CHUNK });
          known.set(key, { answer, hits: answer.hits, whole: answer.hits.length < CHUNK });
          if (known.size > 9) known.delete(known.keys().next().value);
        }
        render(known.get(key));
      }
      failed = list.ariaBusy = false;
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
    if (error.status) notes.replaceChildren(note(error.message, h("button", { onclick: () => run(now, true) }, t("shell.retry"))));
  }

  function render(what) {
    const { hits, answer: { degraded } } = what;
    const images = new Map([...list.querySelectorAll("img")].map((one) => [one.getAttribute("src"), one]));
    const opened = [...list.querySelectorAll(".unfolded")].map((one) => one.previousElementSibling.hit.scene_id);
    const inside = active().closest(".unfolded");
    const made = hits.map((hit) => tile(hit, now));
    for (const one of made) images.has(one.hit.thumbnail) && one.querySelector("img").replaceWith(images.get(one.hit.thumbnail)); // so it does not blink
    notes.replaceChildren();
    if (!hits.length) {
      const all = { ...NONE, by: "", mode: "" };
      const narrow = Object.keys(all).some((name) => now.has(name));
      const q = now.get("q");
      empty(q ? t("search.nothing", { query: q }) : t("search.nothing_alike"), t(narrow ? "search.nothing_narrowed" : "search.nothing_hint"),
        narrow && h("button", { onclick: () => go(all) }, t("search.everywhere")));
    }
    found = what;
    list.replaceChildren();
    add(made);
    for (const one of made) if (opened.includes(one.hit.scene_id)) unfold(one, inside);
    if (degraded.length) notes.prepend(note(`${t("search.degraded")} ${degraded.map(server).join(" ")}`));
    tally();
  }

  function add(tiles) {
    for (let n = 0; n < tiles.length; n += LAID) list.append(h("ol", { class: "grid" }, tiles.slice(n, n + LAID)));
  }

  function tally() {
    const { hits: { length }, whole, answer: { hidden } } = found;
    take.hidden = !length;
    said.textContent = !length ? "" : whole ? tn("search.found", length) : t("search.found_more", { n: count(length) });
    end.replaceChildren(...(whole && hidden ? [tn("search.hidden", hidden), " ", h("button", { class: "plain", onclick: () => go({ weaker: "1" }) }, t("search.show"))] : []));
    watch.unobserve(end); // it may have been in sight all the time
    watch.observe(end);
  }

  function empty(head, hint, more) {
    found = null;
    take.hidden = true;
    list.replaceChildren();
    end.replaceChildren();
    said.textContent = "";
    notes.replaceChildren(h("div", { class: "empty" }, h("h2", {}, head), h("p", {}, hint), more));
  }

  async function landing() {
    const { videos, scenes } = await get("stats", either());
    const made = stamp(videos ? "search-landing" : "search-first");
    empty();
    notes.replaceChildren(made);
    if (!videos) return;
    made.firstElementChild.textContent = t("search.there", { videos: tn("search.videos", videos), scenes: tn("search.scenes", scenes) });
    for (const link of made.querySelectorAll("a")) link.href = `/?${new URLSearchParams({ q: link.lastElementChild.textContent })}`;
    made.querySelector("button").onclick = () => at("picture").click();
  }

  async function more() {
    const mine = found;
    if (!mine || mine.whole || mine.busy) return;
    mine.busy = true;
    try {
      const offset = mine.hits.length;
      const { hits } = await ask({ limit: CHUNK, offset });
      mine.hits.push(...hits);
      mine.whole = hits.length < CHUNK || offset + CHUNK >= MOST;
      add(hits.map((hit) => tile(hit, now)));
      tally();
    } catch (error) {
      trouble(error);
    }
    mine.busy = false;
  }

  function unfold(el, focus) {
    const button = el.lastElementChild;
    if (focus) button.focus();
    const open = button.ariaExpanded === "true";
    button.ariaExpanded = !open;
    if (open) el.nextElementSibling.remove();
    else el.after(h("li", { class: "unfolded" }, why(el.hit, found.answer, now)));
  }

  take.onchange = async () => {
    try {
      const file = await ask({ limit: 200, format: take.value }, "search/export");
      const name = file.headers.get("Content-Disposition").split("''")[1];
      h("a", { href: URL.createObjectURL(await file.blob()), download: decodeURIComponent(name) }).click();
    } catch (error) {
      trouble(error);
    }
    take.value = "";
  };

  list.onclick = ({ target }) => {
    const el = target.closest(".hit");
    if (target.closest(".unfold")) unfold(el);
    else if (el) history.replaceState({ ...history.state, hit: el.hit.scene_id }, "");
  };

  const focused = () => active().closest(".hit");

  /** By so many results, or rows of them. */
  function move(by, row) {
    const tiles = [...list.querySelectorAll(".shot")];
    const from = tiles.indexOf(focused()?.firstChild);
    if (!tiles.length || (row && from < 0 && active() !== field)) return false;
    const to = from < 0 ? 0 : from + by * (row ? getComputedStyle(list.firstChild).gridTemplateColumns.split(" ").length : 1);
    (tiles[Math.min(to, tiles.length - 1)] ?? field).focus();
  }

  const keys = (by, row) => ["search.keys_move", () => move(by, row)];
  previews(list, signal);
  bind({
    ArrowLeft: keys(-1), ArrowRight: keys(1), ArrowUp: keys(-1, true), ArrowDown: keys(1, true),
    Enter: ["search.keys_open", () => false],
    w: ["search.keys_why", () => { if (found?.hits.length) unfold(focused() ?? list.querySelector(".hit")); }],
  }, signal);
  on(field, "input", () => typed(), signal);
  on(field.form, "submit", () => typed(true), signal);
  on(field, "keydown", (event) => { if (event.key === "ArrowDown" && move(1, true) !== false) event.preventDefault(); }, signal);
  on(document, "recovered", () => failed && run(now, true), signal);
  on(signal, "abort", () => { watch.disconnect(); clearTimeout(timer); });

  if (isEmpty(query) && matchMedia("(hover: hover)").matches) field.focus();
  await run(query);
  if (active() === field) typed(true); // what came before this was here to listen
  [...list.querySelectorAll(".hit")].find((el) => el.hit.scene_id === state.hit)?.firstChild.focus({ preventScroll: true });
  return ({ query: to }) => run(to);
}
