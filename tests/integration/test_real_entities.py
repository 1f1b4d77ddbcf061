"""Entities and anomalies on real clips with the mini profile, end to end. What is found beyond that is the model's."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from tests.media import shared_media

from scenedex import Library
from scenedex.config import Settings
from scenedex.library.crops import Cutout
from scenedex.library.entities import Asked
from scenedex.store.embedded import EmbeddedServer

CLIPS = ("asl_school.mkv", "asl_walk.mkv", "mdn_flower.mp4", "pe_dog.mp4", "tmh_bear-vp9-opus.webm")


@pytest.fixture(scope="module")
def library(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    paths = [shared_media("video") / name for name in CLIPS]
    name = f"real_entities_{os.getpid()}"
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        settings = Settings(
            database_url=server.conninfo("scenedex_owner", name),
            scenedex_home=tmp_path_factory.mktemp("real"),
            scenedex_profile="mini",
            scenedex_regions=True,
        )
        with Library(settings) as made:
            outcomes = {file.path.rpartition("/")[2]: file.outcome for file in made.add(*paths).files}
            assert outcomes == dict.fromkeys(CLIPS, "indexed")
            yield made
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


def test_somebody_is_named_from_a_crop_and_found_where_it_was_cut_out_first(library: Library) -> None:
    """The woman in the orange hoodie is in two of the clips."""
    library.entities.add(
        "The woman in orange", Cutout(video="asl_school.mkv", t_s=1.0, box=(0.25, 0.1, 0.75, 1.0))
    )
    page = library.entities.appearances("the woman in orange", Asked(order="score"))
    first = page.appearances[0]
    assert (first.video, first.best_s, first.box) == ("asl_school.mkv", 1.0, (0.25, 0.1, 0.75, 1.0))
    assert first.score >= page.threshold == 0.85
    assert page.in_parts
    everything = library.entities.appearances("the woman in orange", Asked(order="score", threshold=0.0))
    ranked = list(dict.fromkeys(one.video for one in everything.appearances))
    assert set(ranked) == set(CLIPS)
    for one in everything.appearances:
        assert 0.0 <= one.score <= 1.0
        assert one.start_s <= one.best_s < one.end_s
        if one is not everything.appearances[0]:
            assert one.box is not None


def test_the_second_half_of_a_clip_is_measured_against_the_first(library: Library) -> None:
    video = next(one for one in library.videos() if one.name == "mdn_flower.mp4")
    library.baselines.add("flower", videos=["mdn_flower.mp4"], to_s=video.duration_s / 2)
    own = library.baselines.curve("mdn_flower.mp4", "flower")
    assert own.scores
    assert [one.t_s for one in own.scores] == sorted(one.t_s for one in own.scores)
    other = library.baselines.curve("asl_walk.mkv", "flower")
    assert max(one.score for one in own.scores) < min(one.score for one in other.scores)
    assert all(0 <= one.score <= 1 for one in (*own.scores, *other.scores))
    peaks = other.anomalies(min(one.score for one in other.scores) - 0.01)
    assert [number for one in peaks for number in one.scenes] == sorted({one.scene for one in other.scores})
