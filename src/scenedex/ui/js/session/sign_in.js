import { get, post } from "../api.js";
import { h } from "../dom.js";
import { stamp, t } from "../i18n.js";
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
  const next = query.get("next");
  const free = !next && (await get("/api/v1/session").then((one) => !one.key_id, () => 0));
  const made = stamp("sign-in");
  const [why, form, key, said] = ["p", "form", "input", ".bad"].map((one) => made.querySelector(one));
  why.textContent = t(`session.${free ? "free" : document.documentElement.dataset.access ? "over" : "why"}`);
  if (free) form.replaceWith(h("a", { href: "/" }, t("shell.home")));
  form.onsubmit = (event) => {
    event.preventDefault();
    post("/api/v1/session", { key: key.value }).then(() => location.replace(safe(next)), (error) => {
      said.textContent = error.status === 401 ? t("session.wrong") : error.message;
      key.select();
    });
  };
  main.append(made);
  key.focus();
}
