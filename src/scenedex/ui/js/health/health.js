import { get } from "../api.js";
import { bar, row } from "../chart.js";
import { h, on, parts } from "../dom.js";
import { count, stamp, t, time, tn } from "../i18n.js";

const EVERY_MS = 5_000;
const most = (numbers) => Math.max(1e-9, ...numbers);

/** Of each chart: [label, parts of the bar from 0 to 1, what it says]. */
const ROWS = {
  coverage: ({ coverage }) => coverage.map(({ space, modality, scenes, errors, of }) => [
    [t(`status.of_${modality}`), h("small", {}, space)], [of ? Math.min(1, scenes / of) : 0],
    [of === null ? count(scenes) : t("status.part", { n: count(scenes), of: count(of) }), errors > 0 && h("small", {}, tn("status.errors", errors))],
  ]),
  searches: ({ searches }) => speeds(searches, "mode", "ms", 0),
  stages: ({ stages }) => speeds(stages, "stage", "s", 1),
  queue: ({ queue }) => {
    const all = most(queue.map((one) => one.waiting + one.running + one.failed));
    return queue.map(({ stage, running, waiting, failed }) => [t(`status.stage_${stage}`), [running, waiting, failed].map((n) => n / all), t("status.jobs", { running, waiting, failed })]);
  },
  degraded: ({ degraded }) => shares(Object.entries(degraded).flatMap(([channel, causes]) =>
    Object.entries(causes).map(([cause, n]) => [`${t(`search.channel_${channel}`)}: ${t(`status.cause_${cause}`)}`, n]))),
  encoders: ({ encoders }) => encoders && shares(Object.entries(encoders).map(([ending, n]) => [t(`status.cause_${ending}`), n])),
};

function speeds(found, key, unit, digits) {
  const all = most(found.map((one) => one[`p95_${unit}`]));
  return found.map(({ [key]: name, [`p50_${unit}`]: p50, [`p95_${unit}`]: p95 }) =>
    [t(`status.${key}_${name}`), [p50 / all, (p95 - p50) / all], t("status.speed", { p50: p50.toFixed(digits), p95: p95.toFixed(digits), unit })]);
}

function shares(found) {
  const all = most(found.map(([, n]) => n));
  return found.map(([label, n]) => [label, [n / all], count(n)]);
}

export async function show(main, { signal }) {
  main.append(stamp("status"));
  const [up, cards] = parts(main, ".number, .cards");
  let drawn;
  async function draw() {
    const { uptime_s, ...found } = await get("status", signal);
    up.textContent = t("status.up", { time: time(uptime_s), minutes: Math.round(found.window_s / 60) });
    const now = JSON.stringify(found);
    if (now === drawn) return;
    drawn = now;
    for (const card of cards.children) {
      const [, { firstChild: body }, none] = card.children;
      const rows = ROWS[card.dataset.rows](found);
      card.hidden = !rows;
      none.hidden = rows?.length > 0;
      body.replaceChildren(...(rows ?? []).map(([label, parts, said]) => row(label, bar(parts), said)));
    }
  }
  await draw();
  const timer = setInterval(() => document.hidden || draw().catch(() => {}), EVERY_MS);
  on(signal, "abort", () => clearInterval(timer));
}
