"""The whole life of videos whose pictures lie in a bucket, over a real connection, with an endpoint that fails."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests.buckets import KEYS, Bucket, bucket_server, one_in
from tests.integration.test_descriptions import Describing
from tests.integration.test_models import equip, weights
from tests.unit.embeddings.server import Server

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.errors import ObjectStoreUnreachableError
from scenedex.indexing.backfill_report import Order
from scenedex.testing import Clip, shots_clip

__all__ = ["weights"]  # a fixture


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with bucket_server() as running:
        yield running


@pytest.fixture
def describer() -> Iterator[Server]:
    running = Server(Describing())
    yield running
    running.close()


@pytest.fixture
def patience_s() -> float:
    return 60.0


@pytest.fixture
def library(
    home: Path, bucket: Bucket, describer: Server, weights: Callable[..., Path], patience_s: float
) -> Iterator[Library]:
    settings = Settings(
        scenedex_home=home,
        scenedex_profile="golden",
        scenedex_objects=bucket.location,
        aws_endpoint_url=bucket.between.url,
        scenedex_objects_patience_s=patience_s,
        scenedex_description_model="sees",
        openai_base_url=describer.url,
        openai_api_key="key",
    )
    with open_library(settings=settings) as opened:
        equip(opened, weights("clip-hf", "siglip2-hf"))
        yield opened


def film(folder: Path, name: str, shots: int, words: str) -> Path:
    path = folder / name
    shots_clip(path, [1.5 + shots / 10] * shots, Clip())
    path.with_suffix(".srt").write_text(f"1\n00:00:00,200 --> 00:00:01,000\n{words}\n")
    return path


def named(library: Library) -> set[str]:
    """Every object that a scene names."""
    found = set()
    for video in library.videos():
        for scene in library.show(str(video.id))[1]:
            found |= {keyframe.object_key for keyframe in scene.keyframes}
            found |= {scene.thumbnail_key} if scene.thumbnail_key else set()
    return found


def objects(bucket: Bucket, keys: set[str]) -> set[str]:
    return {f"a/library/{key}" for key in keys}


def counted(library: Library) -> dict[str, object]:
    return {name: count for name, count in library.stats().items() if name != "database_bytes"}


def test_a_video_lives_whole_though_one_request_in_five_fails(
    library: Library, bucket: Bucket, tmp_path: Path
) -> None:
    bucket.between.trouble = one_in(5, seed=5)
    first = film(tmp_path, "first.mp4", 4, "the harbour at dawn")
    second = film(tmp_path, "second.mp4", 3, "a market in the rain")
    assert [file.outcome for file in library.add(first, second).files] == ["indexed"] * 2
    assert bucket.names() == objects(bucket, named(library))
    for hit in (library.search("harbour").hits[0], library.search("market").hits[0]):
        _, scenes = library.show(str(hit.video_id))
        with Image.open(BytesIO(library.picture(scenes[hit.scene].thumbnail_key or ""))) as picture:
            assert min(picture.size) >= 64
    report = library.backfill(Order(delay_s=0, checkpoint=tmp_path / "checkpoint"), space="siglip2-hf")
    assert (report.ending, report.updated, report.errors) == ("finished", 7, 0)
    assert {outcome.outcome for outcome in library.annotate("description")} == {"annotated"}
    assert [hit.video for hit in library.search("carousel").hits[:1]]
    kept = named(library) - (named_after_removal := removed(library, "first.mp4"))
    assert kept
    assert library.sweep() == 0  # what may still be on its way to a row stays
    bucket.make_old()
    assert library.sweep() == len(kept)
    assert bucket.names() == objects(bucket, named_after_removal)
    removed(library, "second.mp4")
    library.sweep()
    assert bucket.names() == set()
    assert bucket.between.failed >= 5
    assert {path.name for path in library.home.iterdir()} <= {
        *("pg", "pg.lock", "pg.server", "pg.users", "swept")
    }


def removed(library: Library, video: str) -> set[str]:
    """Remove a video; what is named then."""
    library.remove(video)
    return named(library)


@pytest.mark.parametrize("patience_s", [0.5])
def test_an_endpoint_that_is_down_is_a_sentence_and_no_half_video(
    library: Library, bucket: Bucket, tmp_path: Path
) -> None:
    library.add(film(tmp_path, "first.mp4", 3, "the harbour at dawn"))
    before, counts = bucket.names(), counted(library)
    bucket.between.trouble = lambda method, path: "drop"
    second = film(tmp_path, "second.mp4", 4, "a market in the rain")
    with pytest.raises(ObjectStoreUnreachableError, match="cannot be reached"):
        library.add(second)
    assert [video.name for video in library.videos()] == ["first.mp4"]
    assert counted(library) == counts
    assert library.search("harbour").hits[0].video == "first.mp4"  # searching needs no picture
    bucket.between.trouble = lambda method, path: None
    assert [file.outcome for file in library.add(second).files] == ["indexed"]
    assert bucket.names() > before
    assert bucket.names() == objects(bucket, named(library))
