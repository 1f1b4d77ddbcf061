import { h } from "./dom.js";
import { t } from "./i18n.js";

const WHOLE = 1000;
const LEAST = 20;
const KEYS = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] };

/** The part of a picture ({src, crop}) in `stage`, by mouse, finger or arrows: kept in `crop.box`, told in `told`. */
export function rectangle(stage, { src, crop }, told) {
  let now;
  const cut = h("div", { class: "cut", tabindex: 0, role: "application", "aria-label": t("entities.cut") });
  const put = (next) => {
    const [left, top, right, bottom] = next;
    const [width, height] = [right - left, bottom - top];
    if (Math.min(...next) < 0 || Math.max(...next) > WHOLE || width < LEAST || height < LEAST) return;
    now = next;
    crop.box = next.map((part) => part / WHOLE);
    for (const [name, part] of Object.entries({ left, top, width, height })) cut.style.setProperty(name, `${part / 10}%`);
    told.textContent = t("entities.part", { left: left / 10, top: top / 10, width: width / 10, height: height / 10 });
  };
  const at = ({ clientX, clientY }) => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height].map((part) => Math.round(Math.max(0, Math.min(1, part)) * WHOLE));
  };
  cut.onkeydown = (event) => {
    const by = KEYS[event.key];
    if (!by) return;
    event.preventDefault();
    put(now.map((part, n) => (event.shiftKey && n < 2 ? part : part + by[n % 2])));
  };
  stage.onpointerdown = (event) => {
    event.preventDefault();
    cut.focus({ focusVisible: false });
    stage.setPointerCapture(event.pointerId);
    const [x, y] = at(event);
    stage.onpointermove = (to) => {
      const [u, v] = at(to);
      put([Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)]);
    };
  };
  stage.onpointerup = () => { stage.onpointermove = null; };
  stage.append(h("img", { src, alt: "" }), cut);
  put((crop.box ?? [0, 0, 1, 1]).map((part) => part * WHOLE));
}
