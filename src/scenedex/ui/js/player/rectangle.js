// A rectangle on the picture, by mouse, finger or keys.
const STEP = 0.02;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** `box` in `area`; Enter is `done`. Gives back {left, top, width, height} as parts of it. */
export function rectangle(area, box, done) {
  const part = {};
  function put(left, top, width, height) {
    part.width = within(width, STEP, 1);
    part.height = within(height, STEP, 1);
    part.left = within(left, 0, 1 - part.width);
    part.top = within(top, 0, 1 - part.height);
    for (const name in part) box.style.setProperty(name, `${part[name] * 100}%`);
  }
  area.onpointerdown = (event) => {
    if (event.target.closest(".row")) return;
    event.preventDefault();
    box.focus();
    area.setPointerCapture(event.pointerId);
    const all = area.getBoundingClientRect();
    const place = (at) => [within((at.x - all.x) / all.width, 0, 1), within((at.y - all.y) / all.height, 0, 1)];
    const [x, y] = place(event);
    area.onpointermove = (to) => {
      const [u, v] = place(to);
      put(Math.min(x, u), Math.min(y, v), Math.abs(u - x), Math.abs(v - y));
    };
  };
  area.onlostpointercapture = () => { area.onpointermove = null; };
  box.onkeydown = (event) => {
    const { left, top, width, height } = part;
    const [x, y] = MOVES[event.key] ?? [];
    if (event.key === "Enter") done();
    else if (x === undefined) return;
    else if (event.shiftKey) put(left, top, width + x, height + y);
    else put(left + x, top + y, width, height);
    event.preventDefault();
  };
  put(0.3, 0.25, 0.4, 0.5);
  return part;
}
