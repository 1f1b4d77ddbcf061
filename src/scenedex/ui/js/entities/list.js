import { get, post } from "../api.js";
import { h, icon } from "../dom.js";
import { t, tn } from "../i18n.js";
import { navigate } from "../router.js";
import { crops } from "./crops.js";
import { paged } from "./paged.js";

export async function show(main, { query, signal }) {
  document.title = `${t("entities.title")} · scenedex`;
  const list = h("ul", { class: "faces" });
  const make = () => {
    const name = h("input", { required: true, maxlength: 200, autofocus: true });
    crops(t("entities.new"), t("entities.make"), async (examples) => {
      const made = await post("/api/v1/entities", { name: name.value, examples });
      navigate(`/entities/${made.id}`);
    }, signal, query, h("label", {}, t("entities.name"), name));
  };
  const face = (one) => h("li", {}, h("a", { class: "face", href: `/entities/${one.id}` },
    h("span", { class: "of" }, one.picture ? h("img", { src: one.picture, alt: "", loading: "lazy" }) : icon("person")),
    h("strong", {}, one.name), h("span", { class: "small muted" }, tn("entities.examples", one.examples))));
  main.append(h("div", { class: "page entities" },
    h("div", { class: "head row" }, h("h1", {}, t("entities.title")), h("button", { type: "button", class: "primary writes", onclick: make }, icon("add"), t("entities.new"))),
    list));
  const { total } = await paged(list, "/api/v1/entities?", ({ entities }, path) => {
    const made = entities.map(face);
    list.append(...made);
    get(`${path}&count=true`, { signal }).then((counted) => counted.entities.forEach(({ examples, scenes }, n) => {
      if (examples && scenes !== null) made[n].querySelector(".small").textContent = tn("entities.scenes", scenes);
    }), () => {});
    return made.length;
  }, signal);
  if (!total) list.replaceWith(h("div", { class: "empty" }, icon("person"), h("p", {}, t("entities.none"))));
  if (query.has("t")) make();
}
