// Addresses and views. A view is a module with `show(main, {params, query, signal, state})`. It may give back a function
// `({query, state})`, which is called where only the query of its address changes; else it is shown anew.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { views } from "./views.js";

let shown = null;

export function match(path) {
  for (const view of views) {
    const names = [];
    const pattern = view.path.replace(/:(\w+)/g, (_, name) => (names.push(name), "([^/]+)"));
    const found = new RegExp(`^${pattern}/?$`).exec(path);
    if (found) return { view, params: Object.fromEntries(names.map((name, n) => [name, decodeURIComponent(found[n + 1])])) };
  }
  return null;
}

/** Go there. `replace`: no step back leads to where we were. `state`: kept with this step of the history. */
export function navigate(url, { replace = false, state = {} } = {}) {
  if (!replace) remember();
  history[replace ? "replaceState" : "pushState"](state, "", url);
  return route({});
}

/** How far down this step of the history was read; it is in `state.y` when somebody comes back to it. */
function remember() {
  history.replaceState({ ...history.state, y: scrollY }, "");
}

async function route({ back = false, first = false }) {
  const { pathname, search } = location;
  const query = new URLSearchParams(search);
  const state = history.state ?? {};
  const key = pathname;
  if (shown?.key === key && shown.update) {
    await shown.update({ query, state });
    if (back) scrollTo(0, state.y ?? 0);
    return;
  }
  shown?.ends.abort();
  const ends = new AbortController();
  const mine = (shown = { key, ends });
  const found = match(pathname);
  const main = document.getElementById("main");
  mark(pathname);
  try {
    const module = found ? await found.view.load() : { show: missing };
    if (ends.signal.aborted) return;
    main.replaceChildren();
    scrollTo(0, 0);
    mine.update = await module.show(main, { params: found?.params ?? {}, query, state, signal: ends.signal });
  } catch (error) {
    if (ends.signal.aborted) return;
    if (error.name !== "ApiError") console.error(error);
    failed(main, error);
  }
  if (ends.signal.aborted) return;
  if (back) scrollTo(0, state.y ?? 0);
  if (!first && !main.contains(document.activeElement) && document.activeElement?.id !== "q") {
    const title = main.querySelector("h1") ?? main;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }
}

/** Show the view again, from its beginning. */
export function again() {
  if (shown) shown.update = undefined;
  return route({});
}

/** The link of the navigation that leads here is the current one. */
function mark(pathname) {
  const part = pathname.split("/")[1];
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.pathname.split("/")[1] === part) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

async function missing(main) {
  document.title = `${t("shell.missing")} · scenedex`;
  main.append(h("div", { class: "empty" }, h("h1", {}, t("shell.missing")), h("p", {}, h("a", { href: "/" }, t("shell.home")))));
}

function failed(main, error) {
  document.title = "scenedex";
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, t("shell.failed")), h("p", {}, error.message),
    h("button", { type: "button", onclick: again }, t("shell.retry"))));
}

/** Links within the page do not load it again. */
function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || !match(link.pathname)) return;
  event.preventDefault();
  if (link.hash && link.pathname === location.pathname) document.querySelector(link.hash).focus();
  else navigate(link.href);
}

export function start() {
  history.scrollRestoration = "manual";
  document.addEventListener("click", follow);
  addEventListener("popstate", () => route({ back: true }));
  addEventListener("scrollend", remember);
  addEventListener("pagehide", remember);
  return route({ first: true, back: true });
}
