"""An example that somebody points at → an anchor."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
from tests.integration.search.shelf import Shelf, Shot, at

from scenedex.embeddings.protocols import Embedding
from scenedex.errors import EncoderError, NotFoundError
from scenedex.library.examples import Eyes, anchor_of
from scenedex.search.anchor import Anchor
from scenedex.search.request import Example
from scenedex.store.database import Database
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.writing import scene_id
from scenedex.types import Pixels, Space

PICTURE = np.zeros((8, 8, 3), np.uint8)


class Sees:
    """Sees the same in every picture, or nothing."""

    def __init__(self, space: Space, error: EncoderError | None = None) -> None:
        self.space = space
        self.error = error

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        return [Embedding(vector=None if self.error else at(1.0), error=self.error) for _ in pictures]

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        return [(one,) for one in self.embed_pictures(pictures)]


@pytest.fixture
def shelf(server: EmbeddedServer, database: Database, database_name: str) -> Shelf:
    return Shelf(database, server, database_name)


def eyes(blind: str = "") -> Eyes:
    """With eyes for every space but `blind`."""

    def encoder(space: Space) -> Sees:
        if space.name == blind:
            raise EncoderError("The model is not on this machine.")
        return Sees(space)

    return Eyes(encoder=encoder, picture=lambda key: b"")


def anchor(shelf: Shelf, example: Example, seen: Eyes | None = None) -> Anchor:
    with shelf.database.transaction(shelf.owner) as tx:
        return anchor_of(tx, example, seen or eyes())


def test_a_scene_is_the_middle_of_its_keyframes_or_the_one_nearest_to_a_time(shelf: Shelf) -> None:
    video = shelf.add("a.mp4", Shot(looks=((1.0, 0), (1.0, 1))))
    whole = anchor(shelf, Example(scene="a.mp4:0"))
    assert whole.vectors[0].vector[:2] == pytest.approx([0.7071, 0.7071], abs=0.001)
    assert (whole.exclude, whole.said) == ((scene_id(video, 0),), "like scene 0")
    late = anchor(shelf, Example(scene=scene_id(video, 0), t_s=0.9))
    assert late.vectors[0].vector == pytest.approx(at(1.0, 1), abs=0.001)


def test_another_owner_s_scene_looks_exactly_like_one_that_is_not_there(shelf: Shelf) -> None:
    theirs = Shelf(shelf.database, shelf.server, shelf.name)
    video = theirs.add("theirs.mp4", Shot(looks=(0.9,)))
    shelf.add("mine.mp4", Shot(looks=(0.9,)))
    said = []
    for named in (scene_id(video, 0), str(scene_id(video, 0)), uuid4()):
        with pytest.raises(NotFoundError) as caught:
            anchor(shelf, Example(scene=named))
        said.append(str(caught.value))
    assert len(set(said)) == 1
    with pytest.raises(NotFoundError) as caught:
        anchor(shelf, Example(scene="theirs.mp4:0"))
    with pytest.raises(NotFoundError) as other:
        anchor(shelf, Example(scene="nobody.mp4:0"))
    assert str(caught.value) == str(other.value).replace("nobody", "theirs")


def second_space(shelf: Shelf) -> Space:
    """Another visual space, in which one more video was seen."""
    first = shelf.spaces.pop("visual")
    other = shelf.space("visual", name="axes-other")
    shelf.add("other.mp4", Shot(looks=(0.8,)))
    shelf.spaces["visual"] = first
    return other


def test_with_two_spaces_the_example_is_compared_where_it_was_seen(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot(looks=(0.9,)), Shot("no picture"))
    other = second_space(shelf)
    assert [one.space for one in anchor(shelf, Example(scene="a.mp4:0")).vectors] == [shelf.space("visual")]
    assert [one.space for one in anchor(shelf, Example(scene="other.mp4:0")).vectors] == [other]
    picture = Example(picture=PICTURE)
    assert len(anchor(shelf, picture).vectors) == 2
    known = anchor(shelf, picture, eyes(blind=other.name))
    assert [one.space.id for one in known.vectors] == list(known.backgrounds) == [shelf.space("visual").id]
    with pytest.raises(NotFoundError, match="no pictures that could be compared"):
        anchor(shelf, Example(scene="a.mp4:1"))


def test_a_model_that_is_not_here_or_fails_is_said(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot(looks=(0.9,)))
    with pytest.raises(EncoderError, match="not on this machine"):
        anchor(shelf, Example(picture=PICTURE), eyes(blind="axes-visual"))
    failing = replace(eyes(), encoder=lambda space: Sees(space, EncoderError("It broke.")))
    with pytest.raises(EncoderError, match=r"It broke\."):
        anchor(shelf, Example(picture=PICTURE), failing)


def test_without_pictures_nothing_can_be_compared(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot("a zebra"))
    with pytest.raises(EncoderError, match="scenedex models pull"):
        anchor(shelf, Example(picture=PICTURE))


def test_in_a_small_library_a_scene_that_looks_alike_is_not_taken_for_chance(shelf: Shelf) -> None:
    """The example's own pictures are no measure of what looks alike by chance."""
    shelf.add("a.mp4", *(Shot(looks=((1.0, axis), (1.0, axis), (1.0, axis))) for axis in range(6)))
    shelf.add("again.mp4", Shot(looks=((0.9, 0),)))
    known = anchor(shelf, Example(scene="a.mp4:0"))
    (background,) = known.backgrounds.values()
    assert background.calibrated(0.9) > 0.5
    assert background.calibrated(0.5) < 0.5


def test_a_library_of_nothing_but_the_example_has_a_background(shelf: Shelf) -> None:
    shelf.add("a.mp4", Shot(looks=(0.9,)))
    (background,) = anchor(shelf, Example(scene="a.mp4:0")).backgrounds.values()
    assert background.calibrated(0.5) < 0.1
