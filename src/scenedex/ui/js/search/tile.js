// One scene in a grid.
import { h, icon } from "../dom.js";
import { t, time } from "../i18n.js";
import { playing } from "./query.js";

const DOTS = { strong: "●●●", possible: "●●○", weak: "●○○" };

export function tile(hit, query) {
  const { thumbnail: src, band, then = [] } = hit;
  const times = [hit, ...then].map((one) => time(one.best_s)).join(" → ");
  const made = h("li", { class: "hit" },
    h("a", { class: "shot", href: playing(hit, query) },
      h("span", { class: "frame" },
        src ? h("img", { src, alt: "", width: 320, height: 180, loading: "lazy", decoding: "async", draggable: "false" }) : icon("sound"),
        h("span", { class: "at number" }, times)),
      h("span", { class: "of" }, hit.video),
      band && h("span", { class: "band small" }, h("span", { class: "dots", "aria-hidden": "true" }, DOTS[band]), t(`search.band_${band}`))),
    hit.channels && h("button", { class: "quiet small unfold", "aria-expanded": "false" }, t("search.why"), h("span", { class: "out" }, ` ${hit.video}, ${times}`)));
  made.hit = hit;
  return made;
}
