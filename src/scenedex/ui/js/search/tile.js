// One scene in a grid.
import { h, icon } from "../dom.js";
import { stamp, t, time } from "../i18n.js";
import { playing } from "./query.js";

export function tile(hit, query) {
  const { video, thumbnail, band, channels, then = [] } = hit;
  const made = stamp("tile");
  const [shot, unfold] = made.children;
  const [{ children: [picture, at] }, name, fits] = shot.children;
  const times = [hit, ...then].map((one) => time(one.best_s)).join(" → ");
  shot.href = playing(hit, query);
  if (thumbnail) picture.src = thumbnail;
  else picture.replaceWith(icon("sound"));
  at.textContent = times;
  name.textContent = video;
  fits.hidden = !band;
  if (band) {
    fits.dataset.band = band;
    fits.append(t(`search.band_${band}`));
  }
  if (channels) unfold.append(h("span", { class: "out" }, ` ${video}, ${times}`));
  else unfold.remove();
  made.hit = hit;
  return made;
}
