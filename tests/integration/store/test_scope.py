"""Every filter, alone and together with others, against the same rule in plain Python."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.store.records import TEXT, caption, embeddings, record, scene, unit

from scenedex.errors import UsageError
from scenedex.store import channels
from scenedex.store.bm25 import Terms
from scenedex.store.channels import search_channels, statement
from scenedex.store.database import Database, Transaction
from scenedex.store.reach import Reach, reach_in
from scenedex.store.scenes import placed, scenes_of
from scenedex.store.scope import MAX_TAGS, Scope, check_filters, scope_of
from scenedex.store.spaces import Size, ensure_space
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, Caption, Filters, Space, Vector, VectorQuery

DAY = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [DAY + timedelta(days=n) for n in range(4)]
TAGS = ["beach", "night", "2026", "a'b"]
NO_NAME: Any = 7  #: of a speaker: what a program may hand over all the same
LANGUAGES = ["en", "ko", "fra"]


@dataclass(frozen=True)
class Clip:
    """A video that hypothesis makes up."""

    lengths_s: list[float]  #: of its scenes
    added_at: datetime
    tags: list[str]
    captions: list[tuple[float, float, str]]  #: start, length, language; it is the speaker's name, too
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Stored:
    """A scene as the rule in Python needs it."""

    id: UUID
    video: UUID
    clip: Clip
    start_s: float
    end_s: float
    languages: set[str]
    vector: Vector


TIMES = st.integers(0, 12).map(lambda n: n / 2)
CLIPS = st.builds(
    Clip,
    lengths_s=st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=1, max_size=4),
    added_at=st.sampled_from(DAYS),
    tags=st.lists(st.sampled_from(TAGS), unique=True),
    captions=st.lists(st.tuples(TIMES, TIMES, st.sampled_from(LANGUAGES)), max_size=3),
    recorded_at=st.none() | st.sampled_from(DAYS),
)


@st.composite
def questions(draw: st.DrawFn, videos: int) -> tuple[list[int], Filters]:
    """Numbers of videos (their ids are not known yet), and the other filters; each field is often empty."""
    after, before = draw(st.sampled_from([None, *DAYS])), draw(st.sampled_from([None, *DAYS]))
    shortest, longest = draw(st.none() | TIMES), draw(st.none() | TIMES)
    start, end = draw(st.none() | TIMES), draw(st.none() | TIMES)
    if after and before and after >= before:
        before = None
    if shortest is not None and longest is not None and shortest > longest:
        shortest, longest = longest, shortest
    if end is not None and (start or 0) >= end:
        end = None
    return draw(st.lists(st.integers(0, videos - 1), max_size=2)), Filters(
        after=after,
        before=before,
        min_duration_s=shortest,
        max_duration_s=longest,
        from_s=start,
        to_s=end,
        language=draw(st.none() | st.sampled_from([*LANGUAGES, " EN ", "xx"])),
        tags=tuple(draw(st.lists(st.sampled_from(TAGS), max_size=2))),
        speaker=draw(st.none() | st.sampled_from([*LANGUAGES, " EN ", "xx"])),
    )


@st.composite
def libraries(draw: st.DrawFn) -> tuple[list[Clip], list[tuple[list[int], Filters]]]:
    clips = draw(st.lists(CLIPS, min_size=1, max_size=4))
    return clips, draw(st.lists(questions(len(clips)), min_size=8, max_size=8))


def may_be_found(one: Stored, filters: Filters) -> bool:
    """The rule."""
    length = sum(one.clip.lengths_s)
    wanted = [said.strip().lower() for said in (filters.language, filters.speaker) if said]
    return (
        (not filters.video_ids or one.video in filters.video_ids)
        and (filters.after is None or (one.clip.recorded_at or one.clip.added_at) >= filters.after)
        and (filters.before is None or (one.clip.recorded_at or one.clip.added_at) < filters.before)
        and (filters.min_duration_s is None or length >= filters.min_duration_s)
        and (filters.max_duration_s is None or length <= filters.max_duration_s)
        and (filters.from_s is None or one.end_s > filters.from_s)
        and (filters.to_s is None or one.start_s < filters.to_s)
        and set(wanted) <= one.languages
        and set(filters.tags) <= set(one.clip.tags)
    )


def write(tx: Transaction, space: Space, clip: Clip, number: int) -> list[Stored]:
    """Store a clip; every scene has the word `x` and two vectors of its own."""
    ends = np.cumsum(clip.lengths_s)
    starts = [float(end - length) for end, length in zip(ends, clip.lengths_s, strict=True)]
    captions = [
        caption(start, start + length, "words", n, language=language, speaker=language.upper() or None)
        for n, (start, length, language) in enumerate(clip.captions)
    ]
    vectors = [unit(1000 * number + n) for n in range(2 * len(starts))]
    video = write_video(
        tx,
        record(
            f"{number}",
            ["x"] * len(starts),
            duration_s=float(ends[-1]),
            captions=tuple(captions),
            scenes=tuple(
                replace(scene(n), start_s=start, end_s=float(end))
                for n, (start, end) in enumerate(zip(starts, ends, strict=True))
            ),
            embeddings={space.id: embeddings(vectors, per_scene=2)},
        ),
    )
    tx.execute(
        """update videos set added_at = %(added)s, recorded_at = %(recorded)s, tags = to_jsonb(%(tags)s::text[])
        where owner_id = %(owner)s and id = %(video)s""",
        {"added": clip.added_at, "recorded": clip.recorded_at, "tags": clip.tags, "video": video},
    )
    own: dict[int, list[Caption]] = placed(captions, starts)
    return [
        Stored(
            stored.id,
            video,
            clip,
            stored.start_s,
            stored.end_s,
            {str(one.language) for one in own.get(n, [])},
            np.stack(vectors[2 * n : 2 * n + 2]),
        )
        for n, stored in enumerate(scenes_of(tx, video))
    ]


@pytest.fixture(scope="module")
def shared(server, clean_environment) -> Iterator[tuple[Database, Space]]:  # type: ignore[no-untyped-def]
    """One database for this file: each example has an owner of its own."""
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database scopes template scenedex owner scenedex_owner")
        with Database.at(server, "scopes") as database:
            yield database, ensure_space(database, TEXT)
        admin.execute("drop database scopes with (force)")


def by_key_reach(
    sizes: Mapping[int, Size], vectors: Sequence[VectorQuery], scope: Scope, *more: int
) -> Reach:
    """What is decided for a large partition: this one is too small for it."""
    found = reach_in(sizes, vectors, scope, *more)
    return replace(found, by_key=(bool(scope),) * len(vectors))


@given(library=libraries(), data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_keep_what_the_rule_keeps(shared, monkeypatch, library, data) -> None:  # type: ignore[no-untyped-def]
    """All three ways to compare vectors: all that are in scope, scene by scene, by HNSW."""
    database, space = shared
    clips, asked = library
    query = unit(data.draw(st.integers(0, 999)))
    with database.transaction(uuid4()) as tx:
        scenes = [one for n, clip in enumerate(clips) for one in write(tx, space, clip, n)]
        videos = list(dict.fromkeys(one.video for one in scenes))
        for numbers, others in asked:
            filters = replace(others, video_ids=tuple(videos[n] for n in numbers))
            exclude = data.draw(st.lists(st.sampled_from([one.id for one in scenes]), max_size=2))
            k = data.draw(st.sampled_from([1, 3, 100]))
            allowed = [one for one in scenes if may_be_found(one, filters) and one.id not in exclude]
            best = {one.id: float((one.vector @ query).max()) for one in allowed}
            for exact_up_to, by_key in ((50_000, False), (50_000, True), (0, False)):
                monkeypatch.setattr(channels, "reach_in", by_key_reach if by_key else reach_in)
                found = search_channels(
                    tx,
                    terms=["x"],
                    vectors=[VectorQuery(channel="description", space=space, vector=query)],
                    filters=filters,
                    k=k,
                    exclude=exclude,
                    exact_up_to=exact_up_to,
                )
                dense = [row for row in found if row.channel == "description"]
                words = [row.scene_id for row in found if row.channel == "lexical"]
                assert [row.raw for row in dense] == pytest.approx(
                    sorted(best.values(), reverse=True)[:k], abs=4e-3
                )
                assert {row.scene_id for row in dense} <= best.keys()
                assert len(words) == len(set(words)) == min(k, len(allowed))
                assert set(words) <= best.keys()


CLIP = Clip(lengths_s=[1.0, 1.0], added_at=DAY, tags=["beach"], captions=[(0.0, 1.5, "en")])


def found_by(
    tx: Transaction, space: Space, filters: Filters, exclude: Sequence[UUID] = ()
) -> set[tuple[str, UUID]]:
    query = VectorQuery(channel="visual", space=space, vector=unit(5))
    asked: dict[str, Any] = {"terms": ["x"], "vectors": [query], "filters": filters, "exclude": exclude}
    return {
        (row.channel, row.scene_id)
        for exact_up_to in (50_000, 0)
        for row in search_channels(tx, k=100, exact_up_to=exact_up_to, **asked)
    }


ONE_OF_EACH = [
    Filters(),
    Filters(after=DAYS[0]),
    Filters(before=DAYS[1]),
    Filters(min_duration_s=2),
    Filters(max_duration_s=2),
    Filters(from_s=0.5),
    Filters(to_s=1.5),
    Filters(language="en"),
    Filters(speaker="en"),
    Filters(tags=("beach",)),
]


@pytest.mark.parametrize("filters", ONE_OF_EACH)
def test_owners_never_see_one_another(shared, filters: Filters) -> None:  # type: ignore[no-untyped-def]
    database, space = shared
    scenes, owners = {}, (uuid4(), uuid4())
    for owner in owners:
        with database.transaction(owner) as tx:
            scenes[owner] = write(tx, space, CLIP, 1)
    mine, theirs = (scenes[owner] for owner in owners)
    with database.transaction(owners[0]) as tx:
        expected = {(channel, one.id) for channel in ("visual", "lexical") for one in mine}
        assert found_by(tx, space, filters) == expected
        assert found_by(tx, space, filters, [one.id for one in theirs]) == expected
        assert found_by(tx, space, replace(filters, video_ids=(theirs[0].video,))) == set()


def test_a_scene_that_is_left_out_makes_room_for_the_next(shared) -> None:  # type: ignore[no-untyped-def]
    database, space = shared
    with database.transaction(uuid4()) as tx:
        scenes = [one for n in range(5) for one in write(tx, space, CLIP, n)]
        query = VectorQuery(channel="visual", space=space, vector=scenes[0].vector[0])
        for exact_up_to in (50_000, 0):
            asked: dict[str, Any] = {
                "terms": (),
                "vectors": [query],
                "filters": Filters(),
                "exact_up_to": exact_up_to,
            }
            four = [row.scene_id for row in search_channels(tx, k=4, **asked)]
            three = [row.scene_id for row in search_channels(tx, k=3, exclude=[scenes[0].id], **asked)]
            assert four[0] == scenes[0].id
            assert three == four[1:]


HOSTILE = [
    "'; drop table videos; --",
    "{}",
    "{video}",
    "%s %(owner)s",
    '"',
    "\\",
    "n\0ul",
    "\ud800",
    "가" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_values_and_find_nothing(shared, text: str) -> None:  # type: ignore[no-untyped-def]
    database, space = shared
    with database.transaction(uuid4()) as tx:
        scenes = write(tx, space, CLIP, 1)
        assert found_by(tx, space, Filters(tags=("beach", text))) == set()
        assert found_by(tx, space, Filters(language=text)) == set()
        assert found_by(tx, space, Filters(speaker=text)) == set()
        assert len(found_by(tx, space, Filters())) == 2 * len(scenes)


def test_no_value_is_part_of_the_statement() -> None:
    query = VectorQuery(channel="visual", space=replace(TEXT, id=1), vector=unit(1))
    video, excluded = uuid4(), uuid4()
    filters = Filters(
        video_ids=(video,),
        after=DAYS[0],
        before=DAYS[1],
        min_duration_s=98761,
        max_duration_s=98762,
        from_s=98763,
        to_s=98764,
        language="language!",
        speaker="speaker!",
        tags=("tag!",),
    )
    far = Reach(k=3, rows=(6,), hnsw=(True,), by_key=(False,), lazy=False)
    composed, params = statement(Terms(["x"]), [query], scope_of(filters, [excluded]), far)
    text = composed.as_string()
    values = [video, excluded, "2026", "9876", "language!", "speaker!", "tag!", "'x'"]
    assert [value for value in values if str(value) in text] == []
    assert {video, excluded} == {*params["f_videos"], *params["f_exclude"]}


NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001
NONSENSE = [
    (Filters(after=NAIVE), "needs a time zone"),
    (Filters(before=NAIVE), "needs a time zone"),
    (Filters(after="2026-01-01"), "needs a time zone"),  # type: ignore[arg-type]
    (Filters(after=DAYS[1], before=DAYS[1]), "swap"),
    (Filters(after=DAYS[2], before=DAYS[2].astimezone(timezone(timedelta(hours=9)))), "swap"),
    (Filters(min_duration_s=2, max_duration_s=1), "swap"),
    (Filters(from_s=2, to_s=2), "after the start"),
    (Filters(from_s=3, to_s=2), "after the start"),
    (Filters(to_s=0), "after the start"),
    (Filters(language=" "), "no language"),
    (Filters(language=7), "no language"),  # type: ignore[arg-type]
    (Filters(speaker=" "), "no name of a speaker"),
    (Filters(speaker=NO_NAME), "no name of a speaker"),
    (Filters(tags="beach"), "list of words"),  # type: ignore[arg-type]
    (Filters(tags=iter(["beach"])), "list of words"),  # type: ignore[arg-type]
    (Filters(tags=(1,)), "list of words"),  # type: ignore[arg-type]
    (Filters(tags=("beach", " ")), "empty"),
    (Filters(tags=("x",) * (MAX_TAGS + 1)), "at most"),
    (Filters(video_ids=("not an id",)), "ids"),  # type: ignore[arg-type]
    (Filters(video_ids=iter([uuid4()])), "ids"),  # type: ignore[arg-type]
    *(
        (Filters(**{name: value}), f"`{name}` takes seconds")
        for name in ("min_duration_s", "max_duration_s", "from_s", "to_s")
        for value in (math.nan, math.inf, -1.0, "5")
    ),
]


@pytest.mark.parametrize(("filters", "said"), NONSENSE)
def test_nonsense_is_refused_with_a_sentence(filters: Filters, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        check_filters(filters)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize("filters", [Filters(to_s=-0.0), Filters(after=NAIVE)])
def test_a_search_refuses_nonsense(database: Database, filters: Filters) -> None:
    with database.transaction(LOCAL_OWNER) as tx, pytest.raises(UsageError):
        search_channels(tx, terms=["x"], vectors=(), filters=filters, k=1)


@pytest.mark.parametrize(
    "filters",
    [
        *ONE_OF_EACH,
        Filters(min_duration_s=2, max_duration_s=2),
        Filters(from_s=0, to_s=np.float32(0.5)),  # type: ignore[arg-type]
        Filters(after=datetime.min.replace(tzinfo=UTC), before=datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_what_makes_sense_is_taken(database: Database, filters: Filters) -> None:
    with database.transaction(LOCAL_OWNER) as tx:
        assert search_channels(tx, terms=["x"], vectors=(), filters=filters, k=1) == []
