// Whose key this is, in the header. One that may only read hides what has the class `writes`.
import { del, get } from "../api.js";
import { h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { toast } from "../toast.js";

const { owner, access, key_id } = await get("/api/v1/session");
document.documentElement.dataset.access = access;
if (key_id) {
  const name = t("session.as", { name: owner ?? key_id });
  const leave = () => del("/api/v1/session").then(() => location.assign("/sign-in?next=/"), (error) => toast(error.message, { error: true }));
  document.getElementById("tools").append(
    h("button", { type: "button", class: "quiet", popovertarget: "account", title: name, "aria-label": name }, icon("key")),
    h("div", { id: "account", popover: "" }, h("strong", {}, name), h("p", { class: "muted" }, t(`session.may_${access}`)),
      h("button", { type: "button", onclick: leave }, t("session.out"))));
}
