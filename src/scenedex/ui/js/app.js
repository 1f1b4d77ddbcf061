// The shell: words, navigation, the field, and the buttons of the header.
import { at, h, icon } from "./dom.js";
import { keep, lang, t, translate } from "./i18n.js";
import { bind, help } from "./keys.js";
import { navigate, start } from "./router.js";
import { takePictures } from "./search/picture.js";
import { views } from "./views.js";

translate(document);
for (const { path, nav } of views)
  if (nav) at("nav").append(h("a", { href: path, class: path === "/" && "narrow" }, icon(nav[0]), h("span", {}, t(nav[1]))));

at("theme").onclick = () => {
  const { dataset } = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  dataset.theme = (dataset.theme ?? system) === "dark" ? "light" : "dark";
  keep("theme", dataset.theme === system ? null : dataset.theme);
};

const [other, name] = lang === "ko" ? ["en", "English"] : ["ko", "한국어"];
at("language").append(h("span", { lang: other }, name));
at("language").onclick = () => {
  keep("lang", other);
  const url = new URL(location);
  url.searchParams.set("lang", other);
  location.replace(url);
};
at("help").onclick = help;

at("search").onsubmit = (event) => {
  event.preventDefault();
  if (location.pathname !== "/") navigate(`/?${new URLSearchParams({ q: at("q").value })}`);
};

bind({ "/": ["shell.keys_search", () => at("q").select()], "?": ["shell.keys_help", help] });
takePictures();
start();
