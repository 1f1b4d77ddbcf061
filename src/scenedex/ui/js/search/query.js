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
  const number = (name) => text(name) && Number(text(name));
  const anchor = { scene_id: text("like"), keyframe: number("keyframe"), image: pictures.get(text("picture")), box: list("box")?.map(Number) };
  if (text("picture") && !anchor.image) return null;
  return {
    query: text("q"),
    mode: text("mode"),
    ...BY[text("by")],
    anchor: anchor.scene_id || anchor.image ? anchor : undefined,
    weaker: query.has("weaker"),
    filters: {
      video_ids: list("video"),
      bands: list("band"),
      min_duration_s: number("longer"),
      max_duration_s: number("shorter"),
      after: text("days") && new Date(Date.now() - number("days") * 86400e3),
    },
  };
}

/** The same search with other values; an empty one is taken away. */
export function changed(query, values) {
  const made = new URLSearchParams(query);
  for (const name in values) values[name] ? made.set(name, values[name]) : made.delete(name);
  return made;
}

export const address = (query) => (`${query}` ? `/?${query}` : "/");

/** Where a hit plays. */
export const playing = ({ video_id, best_s, scene_id: scene }, query) => `/videos/${video_id}?${changed(query, { t: best_s.toFixed(3), scene })}`;
