import { get, post } from "../api.js";
import { h, icon } from "../dom.js";
import { stamp, t, tn } from "../i18n.js";
import { navigate } from "../router.js";
import { crops } from "./crops.js";
import { paged } from "./paged.js";

const face = (one) => h("li", {}, h("a", { class: "face", href: `/entities/${one.id}` },
  h("span", { class: "of" }, one.picture ? h("img", { src: one.picture, alt: "", loading: "lazy" }) : icon("person")),
  h("strong", {}, one.name), h("span", { class: "small muted" }, tn("entities.examples", one.examples))));

export async function show(main, { query, signal }) {
  main.append(stamp("entities"));
  const list = main.querySelector("ul");
  const make = () => {
    const name = stamp("naming");
    crops(t("entities.new"), t("entities.make"), async (examples) => {
      const made = await post("entities", { name: name.value, examples });
      navigate(`/entities/${made.id}`);
    }, signal, query, h("label", {}, t("entities.name"), name));
  };
  main.querySelector("button").onclick = make;
  const { total } = await paged(list, "entities?", ({ entities }, path) => {
    const made = entities.map(face);
    list.append(...made);
    get(`${path}&count=true`, signal).then((counted) => counted.entities.forEach(({ examples, scenes }, n) => {
      if (examples && scenes !== null) made[n].querySelector(".small").textContent = tn("entities.scenes", scenes);
    }), () => {});
    return made.length;
  }, signal);
  if (!total) list.replaceWith(stamp("entities-none"));
  if (query.has("t")) make();
}
