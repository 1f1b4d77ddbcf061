import { get, post } from "../api.js";
import { h } from "../dom.js";
import { t } from "../i18n.js";
import { match } from "../router.js";

/** Only ever an address of this page: whoever made the link may wish for another. */
function safe(next) {
  try {
    const { origin, pathname, href } = new URL(next, location.origin);
    if (origin === location.origin && match(pathname) && pathname !== "/sign-in") return href;
  } catch { /* no address at all */ }
  return "/";
}

export async function show(main, { query }) {
  document.title = `${t("session.title")} · scenedex`;
  const next = query.get("next");
  const free = !next && (await get("/api/v1/session").then((one) => !one.key_id, () => 0));
  const why = free ? "free" : document.documentElement.dataset.access ? "over" : "why";
  const said = h("p", { role: "alert", class: "bad" });
  const key = h("input", { type: "password", autocomplete: "current-password", maxlength: 200, required: true });
  const enter = (event) => {
    event.preventDefault();
    post("/api/v1/session", { key: key.value }).then(() => location.replace(safe(next)), (error) => {
      said.textContent = error.status === 401 ? t("session.wrong") : error.message;
      key.select();
    });
  };
  main.append(h("div", { class: "empty" }, h("h1", {}, t("session.title")), h("p", {}, t(`session.${why}`)),
    free ? h("a", { href: "/" }, t("shell.home")) : h("form", { class: "sign-in", onsubmit: enter },
      h("label", {}, t("session.key"), key), said, h("button", { class: "primary" }, t("session.title")))));
  key.focus();
}
