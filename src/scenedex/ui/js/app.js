// The shell: words, navigation, the field, and the buttons of the header.
import { h, icon } from "./dom.js";
import { keep, lang, setLang, t } from "./i18n.js";
import { bind, help } from "./keys.js";
import { navigate, start } from "./router.js";
import { views } from "./views.js";

const at = (id) => document.getElementById(id);
const root = document.documentElement;

for (const el of document.querySelectorAll("[data-t]")) el.textContent = t(el.dataset.t);
for (const el of document.querySelectorAll("[data-t-label]")) {
  el.setAttribute("aria-label", t(el.dataset.tLabel));
  if (el.matches("button")) el.title = t(el.dataset.tLabel);
}
for (const el of document.querySelectorAll("[data-t-placeholder]")) el.placeholder = t(el.dataset.tPlaceholder);

at("nav").append(...views.filter((view) => view.nav).map(({ path, nav: [name, word] }) =>
  h("a", { href: path, class: path === "/" ? "narrow" : null }, icon(name), h("span", {}, t(word)))));

at("theme").addEventListener("click", () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const to = (root.dataset.theme ?? system) === "dark" ? "light" : "dark";
  if (to === system) delete root.dataset.theme;
  else root.dataset.theme = to;
  keep("theme", to === system ? null : to);
});

const other = lang === "ko" ? ["en", "English"] : ["ko", "한국어"];
at("language").append(h("span", { lang: other[0] }, other[1]));
at("language").addEventListener("click", () => setLang(other[0]));
at("help").addEventListener("click", help);

at("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (location.pathname !== "/") navigate(`/?${new URLSearchParams({ q: at("q").value })}`);
});

bind({
  "/": ["shell.keys_search", () => at("q").select()],
  "?": ["shell.keys_help", help],
});

root.dataset.ready = "";
start();
