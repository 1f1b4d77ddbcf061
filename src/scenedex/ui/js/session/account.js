// Whose key this is, in the header. One that may only read hides what has the class `writes`.
import { del, get } from "../api.js";
import { at } from "../dom.js";
import { t } from "../i18n.js";
import { failed } from "../toast.js";

const { owner, access, key_id } = await get("session");
document.documentElement.dataset.access = access;
if (key_id) {
  const who = at("who");
  const [name, may, leave] = at("account").children;
  who.hidden = false;
  who.ariaLabel = who.title = name.textContent = t("session.as", { name: owner ?? key_id });
  may.textContent = t(`session.may_${access}`);
  leave.onclick = () => del("session").then(() => location.assign("/sign-in?next=/"), failed);
}
