import { get, post } from "../api.js";
import { h, parts } from "../dom.js";
import { stamp, t } from "../i18n.js";
import { match } from "../router.js";

/** Only ever an address of this page: whoever made the link may wish for another. */
function safe(next) {
  const base = location.origin;
  const { origin, pathname, href } = new URL(URL.canParse(next, base) ? next : base, base);
  return origin === base && match(pathname) && pathname !== "/sign-in" ? href : "/";
}

export async function show(main, { query }) {
  const next = query.get("next");
  const free = !next && (await get("session").then((one) => !one.key_id, () => 0));
  const made = stamp("sign-in");
  const [why, form, key, said] = parts(made, "p, form, input, .bad");
  why.textContent = t(`session.${free ? "free" : document.documentElement.dataset.access ? "over" : "why"}`);
  if (free) form.replaceWith(h("a", { href: "/" }, t("shell.home")));
  form.onsubmit = (event) => {
    event.preventDefault();
    post("session", { key: key.value }).then(() => location.replace(safe(next)), (error) => {
      said.textContent = error.status === 401 ? t("session.wrong") : error.message;
      key.select();
    });
  };
  main.append(made);
  key.focus();
}
