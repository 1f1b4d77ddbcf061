"""What indexing found out about a video → rows, all of it in the caller's transaction, and the same twice over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID, uuid5

from scenedex.errors import NotFoundError
from scenedex.store.captions import write_captions
from scenedex.store.corrections import lay_over
from scenedex.store.database import Row, Transaction
from scenedex.store.encoding import plain, plain_json, term
from scenedex.store.news import tell_news
from scenedex.types import Caption, EmbeddingDraft, Scene, SceneRecord, SceneTerms, VideoRecord


def write_video(tx: Transaction, record: VideoRecord) -> UUID:
    """Store all that is known of a content; what was stored of it before is replaced.

    Ids come from owner, content and scene index, so that writing again keeps them. The descriptions of scenes that lie
    where they lay before stay, to be embedded anew. Whoever writes the same content at the same time waits here.
    Raises StoreError for a record that contradicts itself.
    """
    video = uuid5(tx.owner, record.content_hash)
    rate = record.info.video.frame_rate if record.info.video else None
    tx.execute(
        UPSERT_VIDEO,
        {
            "id": video,
            "hash": record.content_hash,
            "title": plain(record.title),
            "duration": record.duration_s,
            "width": record.info.video.width if record.info.video else None,
            "height": record.info.video.height if record.info.video else None,
            "rate_num": rate.numerator if rate is not None else None,
            "rate_den": rate.denominator if rate is not None else None,
            "media": plain_json(asdict(record.info)),
            "recipe": plain(record.recipe),
            "sidecars": plain(record.sidecars),
            "warnings": plain_json(record.warnings),
            "recorded": record.info.recorded_at,
        },
    )
    described = _descriptions(tx, video)
    tx.execute("delete from scenes where owner_id = %(owner)s and video_id = %(video)s", {"video": video})
    _write_scenes(tx, video, record.scenes)
    tx.execute_many(KEEP_DESCRIPTION, described)
    scenes = {scene.index: scene_id(video, scene.index) for scene in record.scenes}
    _write_captions(tx, video, record.captions)
    _write_terms(tx, scenes, dict(enumerate(record.terms)))
    _write_embeddings(tx, scenes, record.embeddings)
    _count(tx, video)
    tell_news(tx, video)
    return video


def write_words(  # noqa: PLR0913 (these five are the words of a video)
    tx: Transaction,
    video_id: UUID,
    *,
    captions: Sequence[Caption],
    terms: Sequence[SceneTerms],
    embeddings: Mapping[int, Sequence[EmbeddingDraft]],
    sidecars: str | None = None,
    title: str | None = None,
) -> None:
    """Replace captions, terms, and the embeddings of the spaces named; scenes and keyframes stay.

    `terms` has one entry a scene, in order. A title or fingerprint of None stays what it is. Raises NotFoundError.
    """
    updated = tx.execute(
        """update videos set title = coalesce(%(title)s, title), sidecars = coalesce(%(sidecars)s, sidecars)
        where owner_id = %(owner)s and id = %(video)s returning id""",
        {
            "title": None if title is None else plain(title),
            "sidecars": None if sidecars is None else plain(sidecars),
            "video": video_id,
        },
    )
    if not updated:
        raise NotFoundError(f"There is no video {video_id}.")
    rows = tx.execute(
        "select index, id from scenes where owner_id = %(owner)s and video_id = %(video)s order by index",
        {"video": video_id},
    )
    scenes = {row["index"]: row["id"] for row in rows}
    ids = list(scenes.values())
    tx.execute(
        "delete from postings where owner_id = %(owner)s and scene_id = any(%(scenes)s)", {"scenes": ids}
    )
    _forget_embeddings(tx, ids, list(embeddings))
    _note_fresh(tx, video_id, list(embeddings))
    _write_captions(tx, video_id, captions)
    _write_terms(tx, scenes, dict(enumerate(terms)))
    _write_embeddings(tx, scenes, embeddings)
    _count(tx, video_id)
    tell_news(tx, video_id)


def write_scene_words(
    tx: Transaction,
    video_id: UUID,
    scenes: Mapping[int, UUID],
    terms: Mapping[int, SceneTerms],
    embeddings: Mapping[int, Sequence[EmbeddingDraft]],
) -> None:
    """Replace the terms of these scenes (index to id) and the embeddings of what is said in them.

    Embeddings of other models for words, and failed ones, are removed, and the video counts as not embedded in those
    spaces: `without_embeddings` names it.
    """
    ids = list(scenes.values())
    spoken = [row["id"] for row in tx.execute(SPOKEN_SPACES, {"described": "%:description"})]
    gone = tx.execute(
        """delete from embeddings where owner_id = %(owner)s and scene_id = any(%(scenes)s)
          and space_id = any(%(spaces)s) returning space_id""",
        {"scenes": ids, "spaces": spoken},
    )
    whole = {
        space: drafts for space, drafts in embeddings.items() if all(one.vector is not None for one in drafts)
    }
    _write_embeddings(tx, scenes, whole)
    stale = ({row["space_id"] for row in gone} | set(embeddings)) - set(whole)
    tx.execute(
        """update videos set stale = (select coalesce(jsonb_agg(distinct space), '[]')
          from jsonb_array_elements(stale || %(stale)s) as s(space))
        where owner_id = %(owner)s and id = %(video)s""",
        {"stale": plain_json(sorted(stale)), "video": video_id},
    )
    write_scene_terms(tx, video_id, scenes, terms)


def write_scene_terms(
    tx: Transaction, video_id: UUID, scenes: Mapping[int, UUID], terms: Mapping[int, SceneTerms]
) -> None:
    """Replace the terms of these scenes (index to id)."""
    tx.execute(
        "delete from postings where owner_id = %(owner)s and scene_id = any(%(scenes)s)",
        {"scenes": list(scenes.values())},
    )
    _write_terms(tx, scenes, terms)
    _count(tx, video_id)
    tell_news(tx, video_id)


def write_embeddings(
    tx: Transaction, video_id: UUID, embeddings: Mapping[int, Sequence[EmbeddingDraft]]
) -> None:
    """Replace the embeddings of a video in the spaces named. Raises NotFoundError.

    The row of the video is locked first, since the sums that it keeps change with them.
    """
    if not tx.execute(
        "select id from videos where owner_id = %(owner)s and id = %(video)s for update", {"video": video_id}
    ):
        raise NotFoundError(f"There is no video {video_id}.")
    rows = tx.execute(
        "select index, id from scenes where owner_id = %(owner)s and video_id = %(video)s",
        {"video": video_id},
    )
    scenes = {row["index"]: row["id"] for row in rows}
    _forget_embeddings(tx, list(scenes.values()), list(embeddings))
    _note_fresh(tx, video_id, list(embeddings))
    _write_embeddings(tx, scenes, embeddings)
    _count(tx, video_id)
    tell_news(tx, video_id)


def lock_video(tx: Transaction, video_id: UUID) -> None:
    """Keep others from changing this video until the transaction ends. Raises NotFoundError."""
    if not tx.execute(
        "select id from videos where owner_id = %(owner)s and id = %(video)s for no key update",
        {"video": video_id},
    ):
        raise NotFoundError(f"There is no video {video_id}.")


def write_scene_embeddings(
    tx: Transaction, scene: Scene, space_id: int, drafts: Sequence[EmbeddingDraft]
) -> None:
    """Replace the embeddings of one scene in one space; its video is locked by the caller (`lock_video`).

    The count that the video keeps is moved by the difference: to count anew would read the whole video for each scene.
    """
    before = tx.execute(
        """delete from embeddings where owner_id = %(owner)s and scene_id = %(scene)s and space_id = %(space)s
        returning vector is not null as whole""",
        {"scene": scene.id, "space": space_id},
    )
    _write_embeddings(tx, {scene.index: scene.id}, {space_id: drafts})
    more = sum(draft.vector is not None for draft in drafts) - sum(row["whole"] for row in before)
    tx.execute(
        """update videos set vectors = vectors || jsonb_build_object(
            %(space)s::text, coalesce((vectors->>%(space)s::text)::bigint, 0) + %(more)s)
        where owner_id = %(owner)s and id = %(video)s""",
        {"space": space_id, "more": more, "video": scene.video_id},
    )


def scene_id(video_id: UUID, index: int) -> UUID:
    """The id of a scene: the same each time the video is indexed."""
    return uuid5(video_id, str(index))


SPOKEN_SPACES = "select id from spaces where modality = 'text' and name not like %(described)s"

UPSERT_VIDEO = """
insert into videos (owner_id, id, content_hash, title, duration_s, width, height, frame_rate_num, frame_rate_den,
  media, recipe, sidecars, warnings, recorded_at)
values (%(owner)s, %(id)s, %(hash)s, %(title)s, %(duration)s, %(width)s, %(height)s, %(rate_num)s, %(rate_den)s,
  %(media)s, %(recipe)s, %(sidecars)s, %(warnings)s, %(recorded)s)
on conflict (owner_id, id) do update set title = excluded.title, duration_s = excluded.duration_s,
  width = excluded.width, height = excluded.height, frame_rate_num = excluded.frame_rate_num,
  frame_rate_den = excluded.frame_rate_den, media = excluded.media, recipe = excluded.recipe,
  sidecars = excluded.sidecars, warnings = excluded.warnings,
  recorded_at = excluded.recorded_at, annotations = videos.annotations - 'description', stale = '[]'
"""

# of a scene that lies where it lay before
KEEP_DESCRIPTION = """
insert into descriptions (owner_id, scene_id, model, description, summary, tags, made_at)
select owner_id, id, %(model)s, %(description)s, %(summary)s, %(tags)s, %(made_at)s from scenes
where owner_id = %(owner)s and id = %(scene_id)s and start_s = %(start_s)s and end_s = %(end_s)s
"""

TERMS_AT_ONCE = 20_000
"""Posting rows in one statement: about 2 MB."""

# PostgreSQL refuses COPY under row-level security; a statement for each row costs four times as much as one for all
INSERT_TERMS = """
insert into postings (owner_id, term, scene_id, tf, len)
select %(owner)s, term, scene_id, tf, len
from unnest(%(terms)s::text[], %(scenes)s::uuid[], %(tfs)s::float8[], %(lens)s::int[]) as t (term, scene_id, tf, len)
"""


def _descriptions(tx: Transaction, video: UUID) -> list[Row]:
    rows = tx.execute(
        """select d.scene_id, d.model, d.description, d.summary, d.tags, d.made_at, s.start_s, s.end_s
        from descriptions d join scenes s on s.owner_id = d.owner_id and s.id = d.scene_id
        where d.owner_id = %(owner)s and s.video_id = %(video)s""",
        {"video": video},
    )
    return [{**row, "tags": plain_json(row["tags"])} for row in rows]


def _write_scenes(tx: Transaction, video: UUID, scenes: Sequence[SceneRecord]) -> None:
    tx.execute_many(
        """insert into scenes (owner_id, id, video_id, index, start_s, end_s, thumbnail_key, transition,
          transition_start_s, transition_end_s)
        values (%(owner)s, %(id)s, %(video)s, %(index)s, %(start)s, %(end)s, %(thumbnail)s, %(transition)s,
          %(from)s, %(to)s)""",
        [
            {
                "id": scene_id(video, scene.index),
                "video": video,
                "index": scene.index,
                "start": scene.start_s,
                "end": scene.end_s,
                "thumbnail": scene.thumbnail_key,
                "transition": scene.transition.kind if scene.transition else None,
                "from": scene.transition.start_s if scene.transition else None,
                "to": scene.transition.end_s if scene.transition else None,
            }
            for scene in scenes
        ],
    )
    tx.execute_many(
        """insert into keyframes (owner_id, scene_id, ordinal, t_s, quality, width, height, object_key)
        values (%(owner)s, %(scene)s, %(ordinal)s, %(t_s)s, %(quality)s, %(width)s, %(height)s, %(object_key)s)""",
        [
            {"scene": scene_id(video, scene.index), "ordinal": ordinal, **asdict(keyframe)}
            for scene in scenes
            for ordinal, keyframe in enumerate(scene.keyframes)
        ],
    )


def _write_captions(tx: Transaction, video: UUID, captions: Sequence[Caption]) -> None:
    """What the video itself says; what people have corrected stays so."""
    write_captions(tx, video, captions)
    lay_over(tx, video)


def _write_terms(tx: Transaction, scenes: Mapping[int, UUID], terms: Mapping[int, SceneTerms]) -> None:
    rows: list[tuple[str, UUID, float, int]] = []
    for index, of_scene in terms.items():
        weights: dict[str, float] = {}
        for word, tf in of_scene.tf.items():
            if key := term(word):
                weights[key] = weights.get(key, 0.0) + tf
        rows += [(key, scenes[index], tf, of_scene.length) for key, tf in weights.items()]
    rows.sort()
    for first in range(0, len(rows), TERMS_AT_ONCE):
        columns = zip(*rows[first : first + TERMS_AT_ONCE], strict=True)
        tx.execute(
            INSERT_TERMS, dict(zip(("terms", "scenes", "tfs", "lens"), map(list, columns), strict=True))
        )


def _forget_embeddings(tx: Transaction, scenes: Sequence[UUID], spaces: Sequence[int]) -> None:
    tx.execute(
        """delete from embeddings
        where owner_id = %(owner)s and scene_id = any(%(scenes)s) and space_id = any(%(spaces)s)""",
        {"scenes": list(scenes), "spaces": list(spaces)},
    )


def _note_fresh(tx: Transaction, video: UUID, spaces: Sequence[int]) -> None:
    """What is embedded anew is out of date no longer."""
    tx.execute(
        """update videos set stale = (select coalesce(jsonb_agg(space), '[]')
          from jsonb_array_elements(stale) as s(space) where space::int <> all(%(spaces)s))
        where owner_id = %(owner)s and id = %(video)s and stale <> '[]'""",
        {"spaces": list(spaces), "video": video},
    )


def _write_embeddings(
    tx: Transaction, scenes: Mapping[int, UUID], embeddings: Mapping[int, Sequence[EmbeddingDraft]]
) -> None:
    tx.execute_many(
        """insert into embeddings (owner_id, space_id, scene_id, ordinal, t_s, region, vector, metadata)
        values (%(owner)s, %(space)s, %(scene)s, %(ordinal)s, %(t_s)s, %(region)s, %(vector)s, %(metadata)s)""",
        [
            {
                "space": space,
                "scene": scenes[draft.scene_index],
                "ordinal": draft.ordinal,
                "t_s": draft.t_s,
                "region": draft.region,
                "vector": draft.vector,
                "metadata": plain_json(draft.metadata),
            }
            for space, drafts in embeddings.items()
            for draft in drafts
        ],
    )


def _count(tx: Transaction, video: UUID) -> None:
    """Bring the sums that are kept with the video up to date: they are of this transaction, so they never drift."""
    tx.execute(
        """with own as materialized (select id from scenes where owner_id = %(owner)s and video_id = %(video)s),
        words as (select scene_id, max(len) as len from postings
          where owner_id = %(owner)s and scene_id in (select id from own) group by scene_id),
        spaces as (select space_id, count(vector) as n from embeddings
          where owner_id = %(owner)s and scene_id in (select id from own) group by space_id)
        update videos set scene_count = (select count(*) from own),
          (caption_count, longest_caption_s) = (select count(*), coalesce(max(end_s - start_s), 0) from captions
            where owner_id = %(owner)s and video_id = %(video)s),
          passages = (select count(*) from words),
          spoken = (select count(*) from words where len > 0),
          tokens = (select coalesce(sum(len), 0) from words),
          vectors = (select coalesce(jsonb_object_agg(space_id, n), '{}') from spaces)
        where owner_id = %(owner)s and id = %(video)s""",
        {"video": video},
    )
