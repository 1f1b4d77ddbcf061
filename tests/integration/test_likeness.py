"""Scene-to-scene models through the whole library: their embeddings are made, kept apart, and asked by no query."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from tests.integration.test_models import equip, weights

from scenedex import Library, open_library
from scenedex.embeddings.protocols import Embedding
from scenedex.errors import EncoderError, UsageError, WeightsMissingError
from scenedex.inference.registry import Profile
from scenedex.testing import Clip, shots_clip
from scenedex.types import Pixels, Space

__all__ = ["weights"]  # a fixture

SIGLIP = Profile(name="golden", visual="siglip2-hf", audio="clap-hf", text="wordllama")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    shots_clip(path, [2.0, 0.1, 2.0], Clip())
    return path


@pytest.fixture
def library(
    tmp_path: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, shared_server: None
) -> Iterator[Library]:
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    monkeypatch.setenv("EMBEDDING_BACKEND", "clip")
    monkeypatch.setattr("scenedex.embeddings.equipment.CLIP", "clip-hf")
    with open_library(tmp_path / "home") as opened:
        equip(opened, weights("siglip2-hf", "clip-hf"))
        opened.equipment.registry.profiles["golden"] = SIGLIP
        yield opened


def rows(library: Library) -> dict[str, tuple[int, int]]:
    found = library.stats()["embeddings"]
    return {name: (row["embeddings"], row["errors"]) for name, row in found.items()}


def test_a_model_of_its_own_compares_scenes_and_answers_no_query(library: Library, clip: Path) -> None:
    assert library.scene_space() is None
    library.add(clip)
    keyframes = library.stats()["keyframes"]
    assert rows(library)["clip-hf@1+crops+scenes"] == (keyframes, 0)
    space = library.scene_space()
    assert space is not None
    assert (space.modality, space.model, space.name) == ("scene", "clip-hf", "clip-hf@1+crops+scenes")
    answer = library.search("a red picture")
    assert answer.degraded == ()
    assert set(answer.plan.weights) == {"visual", "lexical"}


def test_the_visual_channel_compares_scenes_where_nothing_else_is_named(
    library: Library, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.settings = library.settings.model_copy(update={"embedding_backend": "visual"})
    library.add(clip)
    space = library.scene_space()
    assert space is not None
    assert (space.modality, space.model) == ("visual", "siglip2-hf")
    assert not any(name.endswith("+scenes") for name in rows(library))
    # named later: what is there is completed, from the keyframes alone
    library.settings = library.settings.model_copy(update={"embedding_backend": "clip"})
    monkeypatch.setattr("scenedex.indexing.pipeline._scenes", None)
    assert library.fill() == 1
    assert rows(library)["clip-hf@1+crops+scenes"] == (library.stats()["keyframes"], 0)


class Moving:
    """Sees four pictures together: their mean colours."""

    space = Space(name="moving@1", model="internvideo2", revision="1", modality="scene", dim=12)
    frames, stride = 4, 2

    def embed_scenes(self, scenes: Sequence[Sequence[Pixels | bytes]]) -> list[Embedding]:
        made = []
        for pictures in scenes:
            assert len(pictures) == self.frames
            row = np.concatenate([np.asarray(p, np.float32).mean(axis=(0, 1)) for p in pictures])
            made.append(Embedding(vector=row / np.linalg.norm(row)))
        return made


def test_a_model_of_moving_pictures_sees_frames_of_the_file(
    library: Library, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.settings = library.settings.model_copy(update={"embedding_backend": "internvideo2"})
    monkeypatch.setattr(library.equipment, "scenes", lambda *_: Moving())
    library.add(clip)
    scenes = library.stats()["scenes"]
    assert rows(library)["moving@1"] == (scenes, 0)
    space = library.scene_space()
    assert space is not None
    assert space.model == "internvideo2"
    with library._database.transaction(library.owner) as tx:
        times = tx.execute(
            """select s.start_s, s.end_s, e.t_s, e.ordinal from embeddings e
            join scenes s on s.owner_id = e.owner_id and s.id = e.scene_id
            where e.owner_id = %(owner)s and e.space_id = %(space)s""",
            {"space": space.id},
        )
    assert len(times) == scenes
    assert all(row["start_s"] <= row["t_s"] < row["end_s"] and row["ordinal"] == 0 for row in times)


def test_scenes_of_a_file_that_is_offline_wait(
    library: Library, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.settings = library.settings.model_copy(update={"embedding_backend": "visual"})
    library.add(clip)
    library.settings = library.settings.model_copy(update={"embedding_backend": "internvideo2"})
    monkeypatch.setattr(library.equipment, "scenes", lambda *_: Moving())
    away = clip.rename(clip.with_suffix(".away"))
    assert library.fill() == 0
    away.rename(clip)
    assert library.fill() == 1


@pytest.mark.parametrize("backend", ["internvl35", "internvideo2", "videoprism"])
def test_a_model_that_is_named_and_not_there_is_an_error_of_indexing_alone(
    backend: str, library: Library, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.settings = library.settings.model_copy(update={"embedding_backend": "visual"})
    library.add(clip)
    library.settings = library.settings.model_copy(update={"embedding_backend": backend})
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        (UsageError, WeightsMissingError, EncoderError), match=r"scenedex\[video\]|hf download"
    ):
        library.add(clip)
    assert library.search("a red picture").degraded == ()
