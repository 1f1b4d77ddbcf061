import { aborted, get, post } from "../api.js";
import { curve } from "../chart.js";
import { h, icon } from "../dom.js";
import { t, time, tn } from "../i18n.js";
import { navigate } from "../router.js";
import { previews } from "../search/preview.js";
import { tile } from "../search/tile.js";
import { sheet } from "../sheet.js";

const percent = (part) => `${Math.round(part * 100)} %`;

export async function show(main, { params: { id }, query, signal }) {
  const [video, { baselines }] = await Promise.all([get(`/api/v1/videos/${id}`, { signal }), get("/api/v1/baselines?limit=200", { signal })]);
  const { name, duration_s, paths } = video;
  document.title = `${t("anomalies.title")} · ${name} · scenedex`;
  const at = (t_s) => `/videos/${id}?t=${t_s}`;
  const picture = (one) => `/api/v1/scenes/${one.scene_id}/thumbnail`;
  const go = () => navigate(`?${new URLSearchParams({ ...(normal.value && { baseline: normal.value }), threshold: least.value })}`, { replace: true });
  const line = () => {
    plot.style.setProperty("--least", least.value);
    told.textContent = percent(least.value);
  };
  const option = (one) => h("option", { value: one.id }, one.name);
  const normal = h("select", { onchange: go }, option({ id: "", name: t("anomalies.itself") }), baselines.map(option));
  const least = h("input", { type: "range", min: 0, max: 1, step: 0.01, onchange: go, oninput: line });
  const told = h("output", { class: "number" });
  const plot = h("div", { class: "plot" });
  const said = h("h2", { "aria-live": "polite" });
  const peaks = h("ol", { class: "grid" });
  const rows = h("tbody");

  const make = () => {
    const called = h("input", { required: true, maxlength: 200, autofocus: true, "aria-label": t("entities.name") });
    sheet(t("anomalies.make_title"), t("anomalies.make"), async () => {
      const made = await post("/api/v1/baselines", { name: called.value, video_ids: [id] });
      normal.append(option(made));
      normal.value = made.id;
      go();
    }, signal, h("p", { class: "muted" }, t("anomalies.make_why", { name })), called);
  };

  async function draw({ query }) {
    let found;
    try {
      found = await get(`/api/v1/videos/${id}/anomalies?${query}`, { signal });
    } catch (error) {
      if (!aborted(error)) plot.replaceChildren(h("p", { class: "note" }, icon("warning"), error.message));
      return;
    }
    const { scores, anomalies } = found;
    const place = (t_s) => t_s / duration_s;
    const paper = h("div", { class: "paper" }, curve(scores.map((one) => [place(one.t_s), one.score])), h("i", { class: "least" }),
    anomalies.map((one, n) => h("a", { href: at(one.peak_s), tabindex: -1, "aria-hidden": "true", class: "peak", style: { "--x": place(one.peak_s), "--y": one.score } }, n + 1)));
    plot.replaceChildren(paper, h("div", { class: "row small muted number" }, [0, duration_s / 2, duration_s].map((t_s) => h("span", {}, time(t_s)))));
    normal.value = query.get("baseline") ?? "";
    least.value = found.threshold;
    line();
    said.textContent = tn("anomalies.peaks", anomalies.length);
    peaks.replaceChildren(...anomalies.map((one, n) => tile({
      ...one, video_id: id, best_s: one.peak_s, thumbnail: picture(one), path: paths[0], then: [],
      video: `${n + 1} · ${time(one.start_s)}–${time(one.end_s)} · ${percent(one.score)}`,
    }, "")));
    rows.replaceChildren(...scores.map((one) => h("tr", {}, h("td", {}, h("a", { href: at(one.t_s) }, time(one.t_s))), h("td", { class: "number" }, percent(one.score)))));
  }

  main.append(h("div", { class: "page anomalies" }, h("h1", {}, t("anomalies.title")), h("p", {}, h("a", { href: at(0) }, name)),
    h("div", { class: "controls row" },
      h("label", { class: "choice" }, t("anomalies.normal"), normal), h("button", { type: "button", class: "writes", onclick: make }, t("anomalies.make_title")),
      h("label", { class: "choice" }, t("anomalies.least"), least, told)),
    plot, said, peaks, h("details", {}, h("summary", {}, t("anomalies.table")),
      h("table", {}, h("thead", {}, h("tr", {}, ["at", "score"].map((key) => h("th", { scope: "col" }, t(`anomalies.${key}`))))), rows))));
  previews(peaks, signal);
  await draw({ query });
  return draw;
}
