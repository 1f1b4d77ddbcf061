"""Rows of one video of an export → what the library writes. Ids are made anew: they come from owner and content."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from scenedex.errors import ExchangeError
from scenedex.exchange.checks import amount, covering, digest, finite, mapping, path, seconds, unit, whole
from scenedex.exchange.headers import headers
from scenedex.exchange.marks import exported_marks, in_utc
from scenedex.exchange.reading import MAX_TEXT, Row
from scenedex.types import (
    MAX_SPEAKER,
    OBJECT_KEY,
    Caption,
    CaptionOrigin,
    EmbeddingDraft,
    ExportedVideo,
    ForeignFile,
    MediaInfo,
    SceneRecord,
    SceneTerms,
    StoredDescription,
    StoredKeyframe,
    Transition,
    TransitionKind,
    VideoRecord,
    VideoRow,
)

SMALL = 2**15 - 1

Tables = Mapping[str, Sequence[Row]]


def exported_video(
    tables: Tables, spaces: Mapping[str, Sequence[Row]], ids: Mapping[str, int]
) -> ExportedVideo:
    """`spaces`: rows by file; `ids`: the library's number of each file's space. Raises ExchangeError."""
    if len(tables["videos"]) != 1:
        raise ExchangeError("It is there more than once.")
    (video,) = tables["videos"]
    scenes = _scenes(tables)
    drafts, refused = _drafts(spaces, ids, len(scenes))
    duration_s = seconds(video["duration_s"], "Its duration")
    record = VideoRecord(
        content_hash=digest(video["content_hash"]),
        title=_text(video["title"]),
        info=MediaInfo(
            container="",
            size_bytes=0,
            start_s=0.0,
            duration_s=duration_s,
            video=None,
            recorded_at=video["recorded_at"] and in_utc(video["recorded_at"]),
        ),
        duration_s=duration_s,
        scenes=scenes,
        captions=_captions(tables["captions"]),
        terms=_terms(tables["terms"], len(scenes)),
        embeddings=drafts,
        recipe=_text(video["recipe"]),
        sidecars=_text(video["sidecars"]),
        warnings=tuple(map(_text, video["warnings"])),
    )
    return ExportedVideo(
        record=record,
        row=_row(video),
        files=tuple(map(_file, tables["files"])),
        descriptions=_descriptions(tables["descriptions"], len(scenes)),
        marks=exported_marks(tables, scenes),
        refused=refused,
    )


def _row(video: Row) -> VideoRow:
    annotations = mapping(video["annotations"], "What is known of its annotations")
    rate = (video["frame_rate_num"], video["frame_rate_den"])
    if None in rate:
        rate = (None, None)
    elif whole(rate[0], "Its frame rate", 2**62) == 0 or whole(rate[1], "Its frame rate", 2**62) == 0:
        raise ExchangeError("Its frame rate is zero.")
    width, height = (
        None if value is None else whole(value, "Its width or height")
        for value in (video["width"], video["height"])
    )
    return VideoRow(
        width=width,
        height=height,
        frame_rate_num=rate[0],
        frame_rate_den=rate[1],
        added_at=in_utc(video["added_at"]),
        tags=tuple(map(_text, video["tags"])),
        annotations={key: _text(value) for key, value in annotations.items()},
        media=headers(video["media"]),
    )


def _file(row: Row) -> ForeignFile:
    return ForeignFile(
        path=path(row["path"]),
        size_bytes=whole(row["size_bytes"], "A file's size", 2**62),
        mtime_ns=whole(row["mtime_ns"], "A file's time", 2**62, least=-(2**62)),  # some are of before 1970
        name=None if row["name"] is None else _text(row["name"]),
    )


def _scenes(tables: Tables) -> tuple[SceneRecord, ...]:
    of_scene: defaultdict[int, list[StoredKeyframe]] = defaultdict(list)
    for row in tables["keyframes"]:
        found = of_scene[whole(row["scene"], "A keyframe's scene")]
        if row["ordinal"] != len(found):
            raise ExchangeError(f"The keyframes of scene {row['scene']} are not counted from 0.")
        found.append(
            StoredKeyframe(
                t_s=seconds(row["t_s"], "A keyframe's time"),
                quality=min(1.0, amount(row["quality"], "A keyframe's quality")),
                width=whole(row["width"], "A keyframe's width"),
                height=whole(row["height"], "A keyframe's height"),
                object_key=_key(row["picture"]),
            )
        )
    scenes = covering(
        [
            SceneRecord(
                index=_number(row["scene"], number),
                start_s=row["start_s"],
                end_s=row["end_s"],
                keyframes=tuple(of_scene.pop(number, ())),
                thumbnail_key=None if row["thumbnail"] is None else _key(row["thumbnail"]),
                transition=_transition(row),
            )
            for number, row in enumerate(tables["scenes"])
        ]
    )
    if of_scene:
        raise ExchangeError(f"There are keyframes of scene {min(of_scene)}, and no such scene.")
    return scenes


def _transition(row: Mapping[str, Any]) -> Transition | None:
    kind = row["transition"]
    if kind is None:
        if (row["transition_start_s"], row["transition_end_s"]) != (None, None):
            raise ExchangeError("A scene has the times of a transition, and no transition.")
        return None
    if kind not in get_args(TransitionKind):
        raise ExchangeError(f"A scene begins with {kind!r}: there are {', '.join(get_args(TransitionKind))}.")
    start_s = seconds(row["transition_start_s"], "A transition's start")
    end_s = seconds(row["transition_end_s"], "A transition's end")
    if end_s < start_s:
        raise ExchangeError(f"A transition ends at {end_s:g} s, and begins at {start_s:g} s.")
    return Transition(
        kind=kind, at_s=seconds(row["start_s"], "A scene's start"), start_s=start_s, end_s=end_s
    )


def _number(given: object, expected: int) -> int:
    if given != expected:
        raise ExchangeError(
            f"Its scenes are not counted from 0: scene {given!r} comes where {expected} should."
        )
    return expected


def _captions(rows: Sequence[Row]) -> tuple[Caption, ...]:
    made = []
    places = set()
    for row in rows:
        if row["origin"] not in get_args(CaptionOrigin):
            raise ExchangeError(
                f"A caption's origin is {row['origin']!r}: it is one of {get_args(CaptionOrigin)}."
            )
        caption = Caption(
            start_s=seconds(row["start_s"], "A caption's start"),
            end_s=seconds(row["end_s"], "A caption's end"),
            text=_text(row["text"]),
            origin=row["origin"],
            language=row["language"] and _text(row["language"]),
            index=whole(row["index"], "A caption's number"),
            measures=_measures(row["measures"]),
            speaker=_speaker(row["speaker"]),
        )
        if caption.end_s < caption.start_s:
            raise ExchangeError(
                f"A caption ends at {caption.end_s:g} s, and begins at {caption.start_s:g} s."
            )
        place = (caption.origin, caption.language, caption.index)
        if place in places:
            raise ExchangeError(f"Two captions have the same origin, language and number: {place}.")
        places.add(place)
        made.append(caption)
    return tuple(made)


def _speaker(name: object) -> str | None:
    if name is None:
        return None
    said = _text(name)
    if 0 < len(said) <= MAX_SPEAKER and said == " ".join(said.split()):
        return said
    raise ExchangeError(f"A speaker has a name that none has: {said[:40]!r}.")


def _measures(text: object) -> dict[str, float]:
    found = mapping(text, "How sure a caption is")
    return {
        key: finite(value, "A measure of a caption")
        for key, value in found.items()
        if isinstance(value, int | float)
    }


def _terms(rows: Sequence[Row], scenes: int) -> tuple[SceneTerms, ...]:
    tf: list[dict[str, float]] = [{} for _ in range(scenes)]
    lengths = [0] * scenes
    for row in rows:
        scene = _scene(row, scenes)
        weight = amount(row["tf"], "A term's weight")
        tf[scene][_text(row["term"])] = weight
        lengths[scene] = whole(row["len"], "A scene's number of words")
    return tuple(SceneTerms(tf=each, length=length) for each, length in zip(tf, lengths, strict=True))


def _descriptions(rows: Sequence[Row], scenes: int) -> dict[int, StoredDescription]:
    return {
        _scene(row, scenes): StoredDescription(
            model=_text(row["model"]),
            description=_text(row["description"]),
            summary=_text(row["summary"]),
            tags=tuple(map(_text, row["tags"])),
        )
        for row in rows
    }


def _drafts(
    spaces: Mapping[str, Sequence[Row]], ids: Mapping[str, int], scenes: int
) -> tuple[dict[int, tuple[EmbeddingDraft, ...]], dict[str, int]]:
    found: dict[int, tuple[EmbeddingDraft, ...]] = {}
    refused: dict[str, int] = {}
    for name, rows in spaces.items():
        drafts = []
        places = set()
        for row in rows:
            draft = _draft(row, _scene(row, scenes))
            if (draft.scene_index, draft.ordinal) in places:
                raise ExchangeError(
                    f"{name} has two embeddings {draft.ordinal} of scene {draft.scene_index}."
                )
            places.add((draft.scene_index, draft.ordinal))
            if draft.vector is None and row["vector"] is not None:
                refused[name] = refused.get(name, 0) + 1
            elif draft.vector is not None or "error" in draft.metadata:
                drafts.append(draft)
        if drafts:
            found[ids[name]] = tuple(drafts)
    return found, refused


def _draft(row: Row, scene: int) -> EmbeddingDraft:
    vector: Any = row["vector"]
    return EmbeddingDraft(
        scene_index=scene,
        ordinal=whole(row["ordinal"], "An embedding's number", SMALL),
        t_s=seconds(row["t_s"], "An embedding's time"),
        vector=None if vector is None else _kept(vector),
        metadata=mapping(row["metadata"], "What is known of an embedding"),
        region=whole(row["region"], "An embedding's region", SMALL),
    )


def _kept(vector: Any) -> Any:
    """What was stored comes back bit by bit: its length differs from 1 by rounding alone."""
    normal = unit(vector)
    if normal is None or abs(float((vector.astype("f8") ** 2).sum()) - 1.0) > 0.01:
        return normal
    return vector


def _scene(row: Row, scenes: int) -> int:
    scene = whole(row["scene"], "A scene's number")
    if scene >= scenes:
        raise ExchangeError(f"It has {scenes} scenes, and rows of scene {scene}.")
    return scene


def _text(value: object) -> str:
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return value
    raise ExchangeError("A text is no text, or longer than any that is kept.")


def _key(value: object) -> str:
    if isinstance(value, str) and OBJECT_KEY.fullmatch(value):
        return value
    raise ExchangeError(f"{value!r} names no picture: ab/cd/SHA-256.jpg does.")
