// The shell: words, navigation, the field, and the buttons of the header.
import { at, h } from "./dom.js";
import { keep, lang, translate } from "./i18n.js";
import { bind, help } from "./keys.js";
import { navigate, start } from "./router.js";
import { takePictures } from "./search/picture.js";

translate(document);

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
if (location.pathname !== "/sign-in") import("./session/account.js").catch(() => {});
