"""Scenes that look like crops: every one of them, by comparing all as by the index, and nobody else's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from tests.integration.store.records import embeddings, record, unit

from scenedex.errors import UsageError
from scenedex.store.appearances import (
    Crop,
    CutFrom,
    SeenIn,
    cosines_by_chance,
    scene_at,
    scenes_like,
    videos_without,
)
from scenedex.store.database import Database, Statements
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.scenes import scenes_of
from scenedex.store.spaces import ensure_space
from scenedex.store.videos import write_video
from scenedex.types import LOCAL_OWNER, Filters, Space, Vector

DIM, SCENES, PARTS, VIDEOS = 16, 30, 5, 4
SPACE = Space(name="tiny:parts-thirds", model="tiny", revision="1", modality="region", dim=DIM)
EVERYTHING = Filters()


class Filled:
    """Four videos of thirty scenes, each with five parts of one keyframe; written once, only read."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.space = ensure_space(database, SPACE)
        self.vectors = np.stack([unit(n, DIM) for n in range(VIDEOS * SCENES * PARTS)])
        self.scenes: list[UUID] = []
        self.videos: list[UUID] = []
        for number in range(VIDEOS):
            with database.transaction(LOCAL_OWNER) as tx:
                own = self.vectors[number * SCENES * PARTS : (number + 1) * SCENES * PARTS]
                drafts = tuple(
                    replace(
                        draft,
                        t_s=10.0 * draft.scene_index,
                        region=draft.ordinal,
                        metadata={"box": [0.0, 0.0, draft.ordinal / 10, 1.0]},
                    )
                    for draft in embeddings(list(own), per_scene=PARTS)
                )
                video = write_video(
                    tx, record(f"{number:02}", ["x"] * SCENES, embeddings={self.space.id: drafts})
                )
                self.videos.append(video)
                self.scenes += [scene.id for scene in scenes_of(tx, video)]
        with database.transaction(uuid4()) as tx:  # somebody else, whose pictures are the same
            drafts = embeddings(list(self.vectors[:PARTS]), per_scene=PARTS)
            write_video(tx, record("00", ["x"], embeddings={self.space.id: drafts}))

    def truth(self, crops: list[Crop]) -> dict[UUID, tuple[int, int]]:
        """Scene → number of its best part, and of the crop that this looks like most; compared one by one."""
        odds = np.stack([(self.vectors @ crop.vector - crop.even) / crop.scale for crop in crops], axis=1)
        found = {}
        for scene, of in zip(self.scenes, odds.reshape(-1, PARTS, len(crops)), strict=True):
            part, crop = np.unravel_index(np.argmax(of), of.shape)
            if of[part, crop] >= crops[crop].least:
                found[scene] = (int(part), int(crop))
        return found


@pytest.fixture(scope="module")
def filled(server: EmbeddedServer) -> Iterator[Filled]:
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database appearances template scenedex owner scenedex_owner")
        with Database.at(server, "appearances") as database:
            yield Filled(database)
        admin.execute("drop database appearances with (force)")


def crop(vector: Vector, **more: Any) -> Crop:
    return Crop(vector=vector, **{"even": 0.4, "scale": 0.1, "least": 1.0, **more})


CROPS = [crop(unit(5000, DIM)), crop(unit(5001, DIM), even=0.2, scale=0.2), crop(unit(5002, DIM))]


def ask(filled: Filled, crops: list[Crop], filters: Filters = EVERYTHING, **how: Any) -> list[SeenIn]:
    with filled.database.transaction(LOCAL_OWNER) as tx:
        return scenes_like(tx, filled.space, crops, filters, **how)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_every_scene_that_is_like_enough_is_found_with_its_best_part(
    filled: Filled, exact_up_to: int
) -> None:
    truth = filled.truth(CROPS)
    assert 10 < len(truth) < len(filled.scenes)
    found = ask(filled, CROPS, exact_up_to=exact_up_to)
    assert {one.scene_id: (one.region, one.crop) for one in found} == truth
    for one in found:
        assert one.box == (0.0, 0.0, one.region / 10, 1.0)
        place = filled.scenes.index(one.scene_id)
        cosine = filled.vectors[place * PARTS + one.region] @ CROPS[one.crop].vector
        assert one.cosine == pytest.approx(cosine, abs=2e-3)  # 16-bit floats
        assert one.t_s == 10.0 * one.index == one.start_s
    assert [(one.video_id, one.index) for one in found] == sorted(
        ((one.video_id, one.index) for one in found), key=lambda at: (found_order(found, at[0]), at[1])
    )


def found_order(found: list[SeenIn], video: UUID) -> int:
    """Videos come one after the other."""
    return next(n for n, one in enumerate(found) if one.video_id == video)


def test_the_index_is_used_where_it_was_decided_on(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    execute = Statements.execute

    def noted(self: Statements, query: Any, params: Any = None) -> Any:
        text = query if isinstance(query, str) else query.as_string()
        if "from best b" in text:
            plan = execute(self, f"explain {text}", params)  # type: ignore[arg-type]
            said.append("\n".join(row["QUERY PLAN"] for row in plan))
        return execute(self, query, params)

    monkeypatch.setattr(Statements, "execute", noted)
    ask(filled, CROPS[:1], exact_up_to=0)
    ask(filled, CROPS[:1])
    index = f"Index Scan using embeddings_{filled.space.id}_vector_idx"
    assert [index in plan for plan in said] == [True, False]


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_filters_stand_inside(filled: Filled, exact_up_to: int) -> None:
    wide = [crop(unit(6000, DIM), least=-100.0)]
    found = ask(filled, wide, Filters(video_ids=(filled.videos[2],)), exact_up_to=exact_up_to)
    assert [one.index for one in found] == list(range(SCENES))
    assert ask(filled, wide, Filters(video_ids=(uuid4(),)), exact_up_to=exact_up_to) == []
    everywhere = ask(filled, wide, exact_up_to=exact_up_to)
    assert {one.scene_id for one in everywhere} == set(filled.scenes)


@pytest.mark.parametrize("exact_up_to", [50_000, 0], ids=["exact", "hnsw"])
def test_where_a_crop_was_cut_out_it_is_to_be_seen(filled: Filled, exact_up_to: int) -> None:
    video, box = filled.videos[1], (0.1, 0.2, 0.3, 0.4)
    nothing = crop(unit(7000, DIM), least=1000.0, cut_from=CutFrom(video_id=video, t_s=47.5, box=box))
    (one,) = ask(filled, [nothing], exact_up_to=exact_up_to)
    assert (one.video_id, one.index, one.t_s, one.box, one.cosine) == (video, 4, 47.5, box, 1.0)
    past_the_end = replace(nothing, cut_from=CutFrom(video_id=video, t_s=300.0, box=None))
    (last,) = ask(filled, [past_the_end], exact_up_to=exact_up_to)
    assert (last.index, last.box) == (SCENES - 1, None)
    elsewhere = Filters(video_ids=(filled.videos[0],))
    assert ask(filled, [nothing], elsewhere, exact_up_to=exact_up_to) == []


def test_bad_vectors_and_none_at_all(filled: Filled) -> None:
    assert ask(filled, []) == []
    for wrong in (np.zeros(DIM, np.float32), unit(1, DIM + 1), np.full(DIM, np.nan, np.float32)):
        with pytest.raises(UsageError, match="finite numbers, not all zero"):
            ask(filled, [crop(wrong)])


def test_chance_is_drawn_from_all_that_is_there(filled: Filled) -> None:
    vector = unit(8000, DIM)
    with filled.database.transaction(LOCAL_OWNER) as tx:
        drawn = cosines_by_chance(tx, filled.space, vector, [])
        without = cosines_by_chance(tx, filled.space, vector, filled.scenes[:3])
    np.testing.assert_allclose(np.sort(drawn), np.sort(filled.vectors @ vector), atol=2e-3)
    np.testing.assert_allclose(np.sort(without), np.sort(filled.vectors[3 * PARTS :] @ vector), atol=2e-3)


def test_chance_without_anything_is_nothing(filled: Filled) -> None:
    with filled.database.transaction(uuid4()) as tx:
        assert len(cosines_by_chance(tx, filled.space, unit(1, DIM), [])) == 0
        assert scene_at(tx, filled.videos[0], 5.0) is None


def test_videos_that_are_not_seen_in_parts_are_counted(filled: Filled) -> None:
    other = replace(filled.space, id=filled.space.id + 1)
    with filled.database.transaction(LOCAL_OWNER) as tx:
        assert videos_without(tx, other, filled.space) == VIDEOS
        assert videos_without(tx, filled.space, filled.space) == 0
