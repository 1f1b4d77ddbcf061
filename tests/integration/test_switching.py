"""A new model for a live library: filled beside the old one, then searched in its place, and back again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.test_models import Answering, equip, weights

from scenedex import Library, open_library
from scenedex.embeddings.equipment import Equipment
from scenedex.errors import EncoderTimeoutError, NotFoundError, UsageError, WeightsMissingError
from scenedex.indexing.backfill_report import Order
from scenedex.inference.session import RUNS, Session, usable_cpus
from scenedex.store.backgrounds import read_backgrounds
from scenedex.testing import Clip, shots_clip
from scenedex.types import Space

__all__ = ["weights"]  # a fixture

OLD, NEW = "clip-hf@1+crops", "siglip2-hf@1"


@pytest.fixture
def library(
    tmp_path: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, shared_server: None
) -> Iterator[Library]:
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    with open_library(tmp_path / "home") as opened:
        equip(opened, weights("clip-hf", "siglip2-hf"))
        opened.add(film(tmp_path, "first.mp4", 3))
        yield opened


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(delay_s=0, checkpoint=tmp_path / "checkpoint.json")


def film(folder: Path, name: str, shots: int) -> Path:
    shots_clip(folder / name, [1.5 + shots / 10] * shots, Clip())
    return folder / name


def states(library: Library) -> dict[str, str]:
    return {space.name: space.state for space, _ in library.spaces()}


def vectors(library: Library) -> dict[str, int]:
    return {name: row["embeddings"] for name, row in library.stats()["embeddings"].items()}


def best(library: Library, words: str) -> tuple[int, list[str]]:
    """The scene that is found by a query that means scene 0 in the old space and scene 2 in the new one, and the
    visual spaces that were asked."""
    meant = {OLD: 0, NEW: 2}
    asked: list[str] = []
    queries = library.equipment.queries
    _, scenes = library.show("first.mp4")

    def answering(space: Space) -> object:
        if space.modality != "visual":
            return queries(space)
        asked.append(space.name)
        eyes = library.equipment.visual(space.model)
        (parts,) = eyes.embed_views([library.picture(scenes[meant[space.name]].keyframes[0].object_key)])
        return Answering(space, parts[0].vector)

    library.equipment.queries = answering  # type: ignore[method-assign, assignment]
    try:
        return library.search(words).hits[0].scene, asked
    finally:
        library.equipment.queries = queries  # type: ignore[method-assign]


def test_searches_see_the_old_space_until_the_switch_and_again_after_going_back(
    library: Library, order: Order
) -> None:
    assert states(library) == {OLD: "live"}
    assert best(library, "a") == (0, [OLD])
    half = library.backfill(Order(delay_s=0, checkpoint=order.checkpoint, max_scenes=2), space="siglip2-hf")
    assert (half.space, half.state, half.ending) == (NEW, "building", "max_scenes")
    assert states(library) == {OLD: "live", NEW: "building"}
    assert best(library, "b") == (0, [OLD])
    with pytest.raises(UsageError, match=rf"lacks 1 scenes.*--space {NEW}"):
        library.switch(NEW)
    assert library.backfill(order, space=NEW).ending == "finished"
    assert best(library, "c") == (0, [OLD])
    done = library.switch("siglip2-hf")
    assert (done.live, done.before, done.missing) == ((NEW,), (OLD,), 0)
    assert best(library, "d") == (2, [NEW])
    back = library.switch_back()
    assert (back.live, back.before) == ((OLD,), (NEW,))
    assert best(library, "e") == (0, [OLD])
    assert states(library) == {OLD: "live", NEW: "building"}
    library.switch(NEW)
    assert best(library, "f") == (2, [NEW])


def test_other_processes_see_the_switch(library: Library, order: Order, tmp_path: Path) -> None:
    library.backfill(order, space=NEW.partition("@")[0])
    with open_library(tmp_path / "home") as other:
        equip(other, library.equipment.store.folder)
        assert best(other, "a") == (0, [OLD])
        library.switch(NEW)
        assert best(other, "b") == (2, [NEW])


def test_after_a_switch_new_videos_go_into_the_new_space(
    library: Library, order: Order, tmp_path: Path
) -> None:
    library.backfill(order, space="siglip2-hf")
    library.switch(NEW)
    assert library.profile().visual == "siglip2-hf"
    before = vectors(library)
    library.add(film(tmp_path, "second.mp4", 2))
    assert vectors(library)[NEW] > before[NEW]
    assert vectors(library)[OLD] == before[OLD]
    back = library.switch_back()
    assert (library.profile().visual, back.missing) == ("clip-hf", 2)
    assert library.backfill(order).updated == 2
    assert vectors(library)[OLD] == 2 * vectors(library)[NEW]


def test_what_is_indexed_while_a_space_is_built_is_missing_in_it_until_it_is_filled(
    library: Library, order: Order, tmp_path: Path
) -> None:
    library.backfill(order, space="siglip2-hf")
    library.add(film(tmp_path, "second.mp4", 2))
    with pytest.raises(UsageError, match="lacks 2 scenes"):
        library.switch(NEW)
    done = library.switch(NEW, incomplete=True)
    assert done.missing == 2
    assert library.fill() == 1
    assert [how_far.missing for _, how_far in library.spaces()] == [0, 0]


def test_backgrounds_are_measured_before_the_switch(library: Library, order: Order) -> None:
    library.backfill(order, space="siglip2-hf")
    library.switch(NEW)
    ids = {space.id for space, _ in library.spaces()}
    with library._database.transaction(library.owner) as tx:
        assert set(read_backgrounds(tx)) >= ids


def test_a_dry_run_makes_no_space(library: Library, order: Order) -> None:
    report = library.backfill(Order(dry_run=True, checkpoint=order.checkpoint), space="siglip2-hf")
    assert (report.space, report.state, report.before.to_do) == (NEW, "building", 3)
    assert states(library) == {OLD: "live"}


def test_without_a_name_the_space_in_use_is_filled(library: Library, order: Order) -> None:
    report = library.backfill(order)
    assert (report.space, report.state, report.before.to_do) == (OLD, "live", 0)


def test_a_picture_is_waited_for_as_long_as_the_order_says(
    library: Library, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: set[float] = set()

    def late(session: Session, *_: object, timeout_s: float | None = None, **__: object) -> None:
        waited.add(timeout_s or session.options.timeout_s)
        raise EncoderTimeoutError

    monkeypatch.setattr(Session, "run", late)
    report = library.backfill(order, space="siglip2-hf", clip_timeout_s=1.25)
    assert min(waited) == 1.25 * min(RUNS, usable_cpus())  # so many are seen at once
    assert (report.updated, report.errors, report.after.failed) == (0, 3, 3)
    assert "Timeout" in str(report.last_error)
    with pytest.raises(UsageError, match="longest time for one picture"):
        library.backfill(order, clip_timeout_s=0)
    with pytest.raises(UsageError, match="longest time for one picture"):
        library.backfill(order, clip_timeout_s=float("nan"))


def test_names_that_are_none(library: Library, order: Order, weights: Callable[..., Path]) -> None:
    with pytest.raises(NotFoundError):
        library.backfill(order, space="clip-b23")
    with pytest.raises(NotFoundError, match=f"There are: {OLD.replace('+', '.')}"):
        library.switch("clip-b23")
    with pytest.raises(WeightsMissingError):
        library.backfill(order, space="clip-open")
    with pytest.raises(UsageError, match="no switch to take back"):
        library.switch_back()
    assert states(library) == {OLD: "live"}
    assert not order.checkpoint.exists()


def test_a_space_of_other_preprocessing_is_not_filled_with_this(library: Library, order: Order) -> None:
    library.backfill(order, space="siglip2-hf")
    here = library.equipment
    library._equipment = Equipment(here.registry, here.store, here.options, max_side=64)
    with pytest.raises(WeightsMissingError, match="made with other weights or settings"):
        library.backfill(order, space=NEW)
    other = library.backfill(order, space="siglip2-hf")
    assert (other.state, other.updated) == ("building", 3)
    assert set(states(library)) == {OLD, NEW, other.space}
    with pytest.raises(UsageError, match="Several spaces are of the model siglip2-hf"):
        library.switch("siglip2-hf")
