// What is on its way in: files that are sent, and jobs that take files in. It outlives the view.
import { get } from "../api.js";
import { at, h, icon } from "../dom.js";
import { keep, kept, lang, percent, stamp, t } from "../i18n.js";
import { doing, order, stand, STATES } from "./said.js";
import { giveUp, placeOf, transfer } from "./transfer.js";

const AT_ONCE = 2;
const DONE_MS = 4000;
const NEXT = { sending: "pause", paused: "play", broken: "upload", failed: "retry" };
const rate = new Intl.NumberFormat(lang, { style: "unit", unit: "megabyte-per-second", maximumSignificantDigits: 2 }).format;

export const panel = stamp("arrivals");
const list = panel.lastElementChild;
let items = [];

const dismissed = () => (kept("dismissed") ?? "").split(",");

function set(item, values) {
  const { row, name, state, share, pace, job, reason, video } = Object.assign(item, values);
  const [what, , , go] = row.children;
  stand(row, state, state === "sending" ? `${percent(share)} · ${rate(pace)}` : state === "running" ? doing(job) : reason, share);
  what.replaceChildren(video ? h("a", { href: `/videos/${video}` }, name) : name);
  go.hidden = !NEXT[state];
  go.title = `${t(`library.go_${state}`)} ${name}`;
  go.replaceChildren(icon(NEXT[state]));
}

function begin(item) {
  const row = item.row = stamp("arrival"), [, , , go, end] = row.children;
  go.onclick = () => next(item);
  end.onclick = () => drop(item);
  end.ariaLabel += ` ${item.name}`;
  list.append(row);
  items.push(item);
  set(item);
  return item;
}

function remove(item) {
  items = items.filter((one) => one !== item);
  if (item.row.contains(document.activeElement)) list.focus();
  item.row.remove();
}

function drop(item) {
  const { job, state, ends, file, place } = item;
  if (STATES[job?.state] && state !== "failed") return order(job, "cancel");
  if (job) keep("dismissed", [job.id, ...dismissed()].slice(0, 200));
  else giveUp(file, place);
  ends?.abort();
  remove(item);
  pump();
}

function next(item) {
  const { state, job, ends } = item;
  if (state === "broken") at("files").click();
  else if (job) order(job, "retry");
  else set(item, { state: state === "sending" ? "paused" : "waiting" });
  if (state === "sending") ends.abort();
  pump();
}

/** Take in files that somebody chose or dropped. */
export function add(files) {
  for (const file of files) {
    items.filter(({ place }) => place && place === placeOf(file)).forEach(remove);
    begin({ name: file.name, file, state: "waiting" });
  }
  pump();
}

function pump() {
  for (const item of items)
    if (item.state === "waiting" && items.filter(({ state }) => state === "sending").length < AT_ONCE) run(item);
}

async function run(item) {
  const { signal } = item.ends = new AbortController(), began = performance.now();
  let first;
  set(item, { state: "sending", share: item.share ?? 0, pace: 0, reason: null });
  try {
    const job = await transfer(item.file, (there) => {
      first ??= there;
      set(item, { share: there / item.file.size, pace: (there - first) / (performance.now() - began) / 1000 });
    }, signal);
    tell(await get(job), item);
  } catch (error) {
    if (!signal.aborted) set(item, { state: "failed", reason: error.message });
  }
  pump();
}

/** A job as it is now; `item`: the file that it is about, where it was sent from here. */
export function tell(job, item) {
  const { id, path, state, outcome, reason, video_id: video, progress } = job;
  const there = items.find((one) => one.job?.id === id);
  if (item && there) remove(there);
  item ??= there;
  if (!item) {
    if (!path || video || !STATES[state] || dismissed().includes(`${id}`)) return;
    item = begin({ name: path.split("/").pop(), state: "pending", job });
    const sent = /([\da-f-]{36})\/\1\.\w+$/.exec(path);
    if (sent) get(`uploads/${sent[1]}`).then(({ name }) => set(item, { name }), () => null);
  }
  if (state === "cancelled") return remove(item);
  const now = outcome === "refused" ? "failed" : STATES[state] ?? (["indexed", "warning"].includes(outcome) ? "indexed" : "known");
  set(item, { job, video, share: progress?.share, state: now, reason: STATES[state] || now === "failed" ? reason : null });
  if (item.state === "indexed") setTimeout(remove, DONE_MS, item);
}

/** What was broken off, here or elsewhere; and how jobs went on while nobody looked. */
export async function renew(signal) {
  for (const { job, state } of items) if (STATES[job?.state] && state !== "failed") get(`jobs/${job.id}`, signal).then(tell);
  for (const { id, name, offset, length, state } of (await get("uploads", signal)).uploads) {
    const place = `/api/v1/uploads/${id}`;
    if (state === "receiving" && !items.some((item) => place === (item.place ?? (item.file && placeOf(item.file)))))
      begin({ name, place, state: "broken", share: offset / length });
  }
}
