// Why a scene was found: what each channel brought, the picture and the words that matched, and how the query was read.
import { h } from "../dom.js";
import { lang, stamp, t, time } from "../i18n.js";
import { address, changed, playing } from "./query.js";

const percent = new Intl.NumberFormat(lang, { style: "percent" }).format;
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
  const section = (name, ...children) => (children.flat().some(Boolean) ? part(name).append(...children.flat()) : part(name).remove());
  const channels = Object.entries(hit.channels).sort((one, two) => two[1].share - one[1].share);
  const seen = hit.channels.anchor ?? hit.channels.visual;
  const exact = typeof seen?.keyframe === "number" && seen.share >= TELLING;

  made.ariaLabel = `${t("search.why")} ${hit.video}, ${time(hit.best_s)}`;
  part("h2").textContent = `${hit.video} · ${time(hit.start_s)}–${time(hit.end_s)}`;
  if (hit.thumbnail) part("img").src = exact ? `/api/v1/scenes/${hit.scene_id}/keyframes/${seen.keyframe}` : hit.thumbnail;
  else part("figure").remove();
  part("figcaption")?.append(exact ? t("search.matched", { time: time(seen.t_s) }) : t("search.best_picture"));
  part("tbody").append(...channels.map(([channel, { share, calibrated }]) => h("tr", {},
    h("th", { scope: "row" }, t(`search.channel_${channel}`)),
    h("td", {}, h("div", { class: "share" }, h("span", { class: "gauge", style: { "--part": share } }), h("span", { class: "number" }, percent(share)))),
    h("td", { class: "number" }, calibrated.toFixed(2)))));

  const said = channels.map(([, one]) => one).filter(({ text, share }) => text && (share >= TELLING || text.includes("<mark>")));
  section(".words", [...new Set(said.map(({ text }) => text))].map((text) => h("blockquote", {}, marked(text))));
  section(".then", hit.then.map((one) => h("a", { href: playing(one, query) }, time(one.best_s))));
  section(".read", h("p", {}, plan.reason, h("span", { class: "muted" }, ` · ${t(`search.mode_${plan.mode}`)}`)),
    rerank.skipped ? h("p", { class: "small muted" }, rerank.reason) : "");

  for (const link of made.querySelectorAll("[data-by]")) {
    const { by } = link.dataset;
    link.href = address(changed(query, { by, mode: "", weaker: "" }));
    if (query.get("by") === by) link.ariaCurrent = "true";
    if (!query.get("q")) link.remove();
  }
  part(".like").href = `/?like=${hit.scene_id}`;
  return made;
}
