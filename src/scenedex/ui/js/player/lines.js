// Long lists of buttons beside a video: its scenes, and what is said in it.
import { get } from "../api.js";
import { h } from "../dom.js";
import { kept, lang, t, time } from "../i18n.js";

const AT_ONCE = 50;
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
const ORIGINS = ["sidecar", "embedded", "speech", "screen"];

/** One stop of the Tab key, arrows move within it, and (by CSS) what is out of sight costs nothing. */
export function listOf(el, go) {
  const all = el.getElementsByTagName("li");
  let now = -1;
  let filling, lit;
  const reach = (line) => {
    for (const one of el.querySelectorAll("[tabindex='0']")) one.tabIndex = -1;
    line.firstChild.tabIndex = 0;
  };
  const numberOf = ({ target }) => [...all].indexOf(target.closest("li"));
  el.onclick = (event) => numberOf(event) >= 0 && go(numberOf(event));
  el.onkeydown = (event) => {
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    const line = all[Math.min(Math.max(0, numberOf(event) + KEYS[event.key]), all.length - 1)];
    reach(line);
    line.firstChild.focus();
  };
  const list = {
    /** `make(item)`: the name of its button, and what is in it. */
    async fill(items, make) {
      filling = items;
      lit = null;
      el.replaceChildren();
      for (let n = 0; n < items.length && filling === items; n += AT_ONCE) {
        const some = items.slice(n, n + AT_ONCE).map((one) => {
          const [label, ...within] = make(one);
          return h("li", {}, h("button", { type: "button", tabindex: -1, "aria-label": label }, within));
        });
        el.append(h("ol", { class: "some", style: { "--n": some.length } }, some)); // laid out by itself
        if (!n) reach(all[0]);
        list.light(now);
        await new Promise(requestAnimationFrame);
      }
    },
    /** That of now; -1: none. */
    light(n) {
      const line = all[(now = n)];
      if (line === lit) return;
      if (lit) lit.firstChild.ariaCurrent = null;
      lit = line;
      if (!line) return;
      line.firstChild.ariaCurrent = "true";
      if (el.matches(":hover, :focus-within")) return;
      reach(line);
      const [to, from] = [line, el].map((one) => one.getBoundingClientRect());
      el.scrollBy(to.x - from.x - (from.width - to.width) / 2, to.y - from.y - from.height / 3);
    },
  };
  return list;
}

/** By origin and language: those in the reader's language first, what stands on the screen last. */
async function tracksOf(address, signal) {
  const all = [];
  for (let total = 1; all.length < total;) {
    const page = await get(`${address}/captions?limit=1000&offset=${all.length}`, signal);
    all.push(...page.captions);
    total = page.captions.length && page.total;
  }
  const rank = ([{ origin, language }]) => [origin === "screen", language !== lang, language !== "en", ORIGINS.indexOf(origin)].map(Number).join("");
  return Object.values(Object.groupBy(all, (one) => `${one.origin} ${one.language}`)).sort((one, two) => rank(one) - rank(two));
}

/** The words that matched, as evidence marks them, as a pattern. */
function wordsOf(hits) {
  const texts = hits.flatMap((hit) => Object.values(hit.channels).map((one) => one.text)).join();
  const words = texts.match(/(?<=<mark>)[\p{L}\p{N} '-]+(?=<\/mark>)/gu);
  return words && new RegExp(`(?<![\\p{L}\\p{N}])(${[...new Set(words)].join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

/** What is said, in `el`. Gives back what lights the line of a second, where there are any. */
export async function transcript(el, address, film, hits, signal) {
  const [tracks, found] = await Promise.all([tracksOf(address, signal), hits.then(wordsOf)]);
  if (!tracks[0] || signal.aborted) return;
  const language = new Intl.DisplayNames(lang, { type: "language" });
  const choose = el.querySelector("select");
  const list = listOf(el.querySelector(".lines"), (n) => film.seek(tracks[choose.value][n].start_s));
  choose.append(...tracks.map(([one], value) => h("option", { value }, t(`player.from_${one.origin}`), one.language && ` · ${language.of(one.language)}`)));
  choose.hidden = !tracks[1];
  choose.onchange = () => {
    const lines = tracks[choose.value];
    const [{ origin, language: spoken }] = lines;
    film.captions(`${address}/captions?format=vtt&origin=${origin}${spoken ? `&language=${spoken}` : ""}`, spoken ?? lang,
      origin !== "screen" && kept("captions") !== "off");
    list.fill(lines, ({ start_s, text }) => [null, h("span", { class: "number muted small" }, time(start_s)),
      h("span", {}, found ? text.split(found).map((part, n) => (n % 2 ? h("mark", {}, part) : part)) : text)]);
  };
  choose.onchange();
  return (now) => list.light(tracks[choose.value].findLastIndex((one) => one.start_s <= now + 0.01 && now < one.end_s));
}
