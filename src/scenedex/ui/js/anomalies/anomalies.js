import { aborted, get, post } from "../api.js";
import { curve } from "../chart.js";
import { h, parts } from "../dom.js";
import { percent, stamp, t, time, tn } from "../i18n.js";
import { navigate } from "../router.js";
import { previews } from "../search/preview.js";
import { tile } from "../search/tile.js";
import { sheet } from "../sheet.js";
import { note } from "../toast.js";

export async function show(main, { params: { id }, query, signal }) {
  const [{ name, duration_s, paths }, { baselines }] = await Promise.all([get(`videos/${id}`, signal), get("baselines?limit=200", signal)]);
  document.title = `${t("anomalies.title")} · ${name} · scenedex`;
  main.append(stamp("anomalies"));
  const [link, normal, make, least, told, plot, said, peaks, rows] = parts(main, "a, select, button, input, output, .paper, h2, ol, tbody");
  const at = (t_s) => `/videos/${id}?t=${t_s}`;
  const option = (one) => h("option", { value: one.id }, one.name);
  const go = () => navigate(`?${new URLSearchParams({ ...(normal.value && { baseline: normal.value }), threshold: least.value })}`, { replace: true });
  const line = () => {
    plot.style.setProperty("--least", least.value);
    told.textContent = percent(least.value);
  };
  link.href = at(0);
  link.textContent = name;
  normal.append(...baselines.map(option));
  normal.onchange = least.onchange = go;
  least.oninput = line;
  [0, duration_s / 2, duration_s].forEach((t_s, n) => { plot.nextElementSibling.children[n].textContent = time(t_s); });
  make.onclick = () => {
    const called = stamp("naming");
    sheet(t("anomalies.make_title"), t("anomalies.make"), async () => {
      const made = await post("baselines", { name: called.value, video_ids: [id] });
      normal.append(option(made));
      normal.value = made.id;
      go();
    }, signal, h("p", { class: "muted" }, t("anomalies.make_why", { name })), called);
  };

  async function draw({ query }) {
    let found;
    try {
      found = await get(`videos/${id}/anomalies?${query}`, signal);
    } catch (error) {
      if (aborted(error)) return;
      for (const one of [said, peaks, rows]) one.replaceChildren();
      return plot.replaceChildren(note(error.message));
    }
    const { scores, anomalies, threshold } = found;
    plot.replaceChildren(curve(scores.map((one) => [one.t_s / duration_s, one.score])), h("i", { class: "least" }), ...anomalies.map((one, n) =>
      h("a", { href: at(one.peak_s), tabindex: -1, "aria-hidden": "true", class: "peak", style: { "--x": one.peak_s / duration_s, "--y": one.score } }, n + 1)));
    normal.value = query.get("baseline") ?? "";
    least.value = threshold;
    line();
    said.textContent = tn("anomalies.peaks", anomalies.length);
    peaks.replaceChildren(...anomalies.map((one, n) => tile({
      ...one, video_id: id, best_s: one.peak_s, thumbnail: `/api/v1/scenes/${one.scene_id}/thumbnail`, path: paths[0],
      video: `${n + 1} · ${time(one.start_s)}–${time(one.end_s)} · ${percent(one.score)}`,
    })));
    rows.replaceChildren(...scores.map((one) => h("tr", {}, h("td", {}, h("a", { href: at(one.t_s) }, time(one.t_s))), h("td", { class: "number" }, percent(one.score)))));
  }
  previews(peaks, signal);
  await draw({ query });
  return draw;
}
