// The address of a search ↔ what is asked of the API.
import { pictures } from "./picture.js";

const only = (mode, ...silent) => ({ mode, weights: Object.fromEntries(silent.map((channel) => [channel, 0])) });
const BY = {
  picture: only("recall", "transcript", "description", "lexical", "audio"),
  words: only("skip", "visual", "audio"),
  sound: only("skip", "visual", "transcript", "description", "lexical"),
};

export const isEmpty = (query) => !["q", "picture", "like"].some((name) => query.get(name)?.trim());

/** The body of POST /search; null where its picture is not here any more. */
export function asked(query) {
  const text = (name) => query.get(name) ?? undefined;
  const list = (name) => text(name)?.split(",").filter(Boolean);
  const number = (name) => (query.has(name) ? Number(query.get(name)) : undefined);
  const example = { scene_id: text("like"), keyframe: number("keyframe"), image: pictures.get(text("picture")), box: list("box")?.map(Number) };
  if (query.has("picture") && !example.image) return null;
  return {
    query: query.get("q") ?? "",
    mode: text("mode"),
    ...BY[query.get("by")],
    anchor: example.scene_id || example.image ? example : undefined,
    weaker: query.has("weaker"),
    filters: {
      video_ids: list("video"),
      bands: list("band"),
      min_duration_s: number("longer"),
      max_duration_s: number("shorter"),
      after: query.has("days") ? new Date(Date.now() - number("days") * 86400e3) : undefined,
    },
  };
}

/** The same search with other values; an empty one is taken away. */
export function changed(query, values) {
  const made = new URLSearchParams(query);
  for (const name in values) {
    if (values[name]) made.set(name, values[name]);
    else made.delete(name);
  }
  return made;
}

export const address = (query) => (`${query}` ? `/?${query}` : "/");

/** Where a hit plays: its address has the search, too. */
export const playing = (hit, query) =>
  `/videos/${hit.video_id}?${changed(query, { t: `${Math.round(hit.best_s * 1000) / 1000}`, scene: hit.scene_id })}`;
