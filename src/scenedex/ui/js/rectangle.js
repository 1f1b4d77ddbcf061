// A part of a picture, by mouse, finger or keys.
const [WHOLE, STEP] = [1000, 20];
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const within = (value, least, most) => Math.round(Math.min(Math.max(value, least), most));

/** `cut` in `area`. `moved(box)`: it has left, top, right and bottom there now, as parts of the area; Enter is `done`. */
export function rectangle(area, cut, box, moved, done) {
  let left, top, width, height;
  function put(...to) {
    width = within(to[2], STEP, WHOLE);
    height = within(to[3], STEP, WHOLE);
    left = within(to[0], 0, WHOLE - width);
    top = within(to[1], 0, WHOLE - height);
    const now = { left, top, width, height };
    for (const name in now) cut.style.setProperty(name, `${now[name] / 10}%`);
    moved([left, top, left + width, top + height].map((edge) => edge / WHOLE));
  }
  area.onpointerdown = (event) => {
    if (event.target.closest("button")) return;
    event.preventDefault();
    cut.focus({ focusVisible: false });
    area.setPointerCapture(event.pointerId);
    const all = area.getBoundingClientRect();
    const place = (at) => [within(((at.x - all.x) / all.width) * WHOLE, 0, WHOLE), within(((at.y - all.y) / all.height) * WHOLE, 0, WHOLE)];
    const [x, y] = place(event);
    area.onpointermove = (to) => {
      const [u, v] = place(to);
      put(Math.min(x, u), Math.min(y, v), Math.abs(u - x), Math.abs(v - y));
    };
  };
  area.onlostpointercapture = () => { area.onpointermove = null; };
  cut.onkeydown = (event) => {
    const [x, y] = MOVES[event.key] ?? [];
    if (event.key === "Enter") done?.();
    else if (x === undefined) return;
    else if (event.shiftKey) put(left, top, width + x, height + y);
    else put(left + x, top + y, width, height);
    event.preventDefault();
  };
  const [l, t, r, b] = box.map((edge) => edge * WHOLE);
  put(l, t, r - l, b - t);
}
