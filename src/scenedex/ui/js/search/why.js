// Why a scene was found: what each channel brought, the picture and the words that matched, and how the query was read.
import { row } from "../chart.js";
import { h } from "../dom.js";
import { percent, server, stamp, t, time } from "../i18n.js";
import { address, changed, playing } from "./query.js";

const TELLING = 0.05; // the least share of a channel whose evidence is shown
const SIGNS = { lt: "<", gt: ">", amp: "&", quot: '"', "#x27": "'" };

/** Evidence is HTML with nothing but <mark> in it: here as text and elements. */
const marked = (text) => text.split(/<mark>(.*?)<\/mark>/).map((part, n) => {
  const plain = part.replace(/&(lt|gt|amp|quot|#x27);/g, (_, name) => SIGNS[name]);
  return n % 2 ? h("mark", {}, plain) : plain;
});

export function why(hit, { plan, rerank }, query) {
  const made = stamp("search-why");
  const part = (name) => made.querySelector(name);
  const section = (name, children) => (children.length ? part(name).append(...children) : part(name).remove());
  const channels = Object.entries(hit.channels).sort(([, one], [, two]) => two.share - one.share);
  const { keyframe, share, t_s } = hit.channels.anchor ?? hit.channels.visual ?? {};
  const exact = keyframe >= 0 && share >= TELLING;

  made.ariaLabel = `${t("search.why")} ${hit.video}, ${time(hit.best_s)}`;
  part("h2").textContent = `${hit.video} · ${time(hit.start_s)}–${time(hit.end_s)}`;
  part("img").src = exact ? `/api/v1/scenes/${hit.scene_id}/keyframes/${keyframe}` : hit.thumbnail;
  part("figcaption").textContent = exact ? t("search.matched", { time: time(t_s) }) : t("search.best_picture");
  if (!hit.thumbnail) part("figure").remove();
  part("tbody").append(...channels.map(([channel, one]) => row(t(`search.channel_${channel}`),
    h("div", { class: "share" }, h("span", { class: "gauge", style: { "--part": one.share } }), h("span", { class: "number" }, percent(one.share))),
    one.calibrated.toFixed(2))));

  const said = channels.map(([, one]) => one.text && (one.share >= TELLING || one.text.includes("<mark>")) ? one.text : "");
  section(".words", [...new Set(said)].filter(Boolean).map((text) => h("blockquote", {}, marked(text))));
  section(".then", hit.then.map((one) => h("a", { href: playing(one, query) }, time(one.best_s))));
  section(".read", [h("p", {}, server(plan.reason), h("span", { class: "muted" }, ` · ${t(`search.mode_${plan.mode}`)}`)),
    h("p", { class: "small muted" }, rerank.skipped && server(rerank.reason))]);

  for (const link of made.querySelectorAll("[data-by]")) {
    const { by } = link.dataset;
    link.href = address(changed(query, { by, mode: "", weaker: "" }));
    link.ariaCurrent = query.get("by") === by ? "true" : null;
    link.hidden = !query.get("q");
  }
  part(".like").href = `/?like=${hit.scene_id}`;
  return made;
}
