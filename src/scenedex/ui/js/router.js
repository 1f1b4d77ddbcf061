// Addresses and views; docs/page.md says what a view is.
import { at, h, on } from "./dom.js";
import { t } from "./i18n.js";
import { views } from "./views.js";

const NAME = "scenedex";
const main = at("main");
let shown = {};

export function match(path) {
  for (const pattern in views) {
    const found = new RegExp(`^${pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)")}/?$`).exec(path);
    if (found) return { load: views[pattern], params: { ...found.groups } };
  }
}

export function navigate(url, { replace, state = {} } = {}) {
  remember();
  history[replace ? "replaceState" : "pushState"](state, "", url);
  return route();
}

export function again() {
  shown.update = null;
  return route();
}

/** How far down this step of the history was read. */
const remember = () => history.replaceState({ ...history.state, y: scrollY }, "");

async function route(back, first) {
  const { pathname, search } = location;
  const here = { query: new URLSearchParams(search), state: history.state ?? {} };
  if (shown.path === pathname && shown.update) await shown.update(here);
  else {
    shown.ends?.abort();
    const ends = new AbortController();
    const { signal } = ends;
    const mine = (shown = { path: pathname, ends });
    const part = (path) => path.split("/")[1];
    for (const link of at("nav").children) link.ariaCurrent = part(link.pathname) === part(pathname) ? "page" : null;
    try {
      const view = match(pathname);
      const module = await view?.load();
      if (signal.aborted) return;
      document.title = NAME;
      main.replaceChildren();
      scrollTo(0, 0);
      if (module) mine.update = await module.show(main, { ...here, params: view.params, signal });
      else fail(t("shell.missing"), h("a", { class: "button", href: "/" }, t("search.title")));
    } catch (error) {
      if (signal.aborted) return;
      if (error.name !== "ApiError") console.error(error);
      fail(t("shell.failed"), h("p", {}, error.message), h("button", { onclick: again }, t("shell.retry")));
    }
    if (signal.aborted) return;
    const title = main.querySelector("h1") ?? main;
    if (document.title === NAME) document.title = `${title.textContent} · ${NAME}`;
    if (!first && ![main, at("q")].some((one) => one.contains(document.activeElement))) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }
  }
  if (back) scrollTo(0, here.state.y ?? 0);
}

function fail(said, ...more) {
  document.title = NAME;
  main.replaceChildren(h("div", { class: "empty" }, h("h1", {}, said), more));
}

/** Links within the page do not load it again. */
function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download") || !match(link.pathname)) return;
  event.preventDefault();
  if (link.hash) at(link.hash.slice(1)).focus();
  else navigate(link.href);
}

export function start() {
  history.scrollRestoration = "manual";
  on(document, "click", follow);
  addEventListener("popstate", () => route(true));
  addEventListener("scrollend", remember);
  addEventListener("pagehide", remember);
  return route(true, true);
}
