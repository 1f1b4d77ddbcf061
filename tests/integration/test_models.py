"""Seeing, hearing and reading by networks, through the whole library: the golden networks stand in for real weights."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.golden.loading import HERE

from scenedex import Library, open_library
from scenedex.embeddings.equipment import Equipment
from scenedex.errors import EncoderTimeoutError, NotFoundError
from scenedex.inference.registry import Profile, Registry, load_registry
from scenedex.inference.session import RunOptions
from scenedex.inference.weights import WeightStore
from scenedex.store.backgrounds import read_backgrounds
from scenedex.testing import Clip, shots_clip

GOLDEN = Profile(name="golden", visual="clip-hf", audio="clap-hf", text="e5-xlmr")


def equip(library: Library, folder: Path) -> None:
    """Give a library the golden networks that lie in `folder`."""
    registry = Registry(tuple(load_registry(HERE / "registry.toml")), (GOLDEN,))
    library._equipment = Equipment(
        registry, WeightStore(folder, offline=True), RunOptions(device="cpu", timeout_s=60)
    )


@pytest.fixture
def weights(tmp_path: Path) -> Callable[..., Path]:
    """Put golden networks into a folder, all or those named."""

    def put(*names: str) -> Path:
        folder = tmp_path / "weights"
        folder.mkdir(exist_ok=True)
        for model in (HERE / "models").iterdir():
            if not names or model.name.removeprefix("golden--") in names:
                shutil.copytree(model, folder / model.name, dirs_exist_ok=True)
        return folder

    return put


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_server: None) -> Iterator[Library]:
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    with open_library(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    shots_clip(path, [2.0, 12.0, 2.0], Clip(sound=True))
    path.with_suffix(".srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nGoodbye, my friend.\n")
    return path


def counts(library: Library) -> dict[str, tuple[int, int]]:
    """Model to embeddings and errors."""
    found = library.stats()["embeddings"]
    return {name.partition("@")[0]: (row["embeddings"], row["errors"]) for name, row in found.items()}


def regions(library: Library) -> set[tuple[int, int]]:
    """Regions, and how many embeddings each has."""
    with library._database.transaction(library.owner) as tx:
        rows = tx.execute(
            "select region, count(*) from embeddings where owner_id = %(owner)s group by region", {}
        )
    return {(row["region"], row["count"]) for row in rows}


def test_keyframes_sounds_and_words_are_embedded_while_indexing(
    library: Library, clip: Path, weights: Callable[..., Path]
) -> None:
    equip(library, weights())
    assert library.absent() is None
    assert [f.outcome for f in library.add(clip).files] == ["indexed"]
    keyframes = library.stats()["keyframes"]
    # 2 s, 12 s and 2 s of sound in windows of at most 10 s; CLIP sees a wide picture in two parts
    assert counts(library) == {"clip-hf": (2 * keyframes, 0), "clap-hf": (4, 0), "e5-xlmr": (1, 0)}
    assert regions(library) == {(0, 5), (1, keyframes), (2, keyframes)}
    answer = library.search("a red picture")
    assert answer.plan.mode == "rerank"
    assert set(answer.plan.weights) == {"visual", "audio", "transcript", "lexical"}
    assert answer.degraded == ()


def test_the_best_picture_is_found_by_its_own_embedding(
    library: Library, clip: Path, weights: Callable[..., Path]
) -> None:
    """A text encoder that answers with a keyframe's own vector finds the scene of that keyframe, at its time."""
    equip(library, weights("clip-hf"))
    library.add(clip)
    _, scenes = library.show("clip.mp4")
    eyes = library.equipment.visual("clip-hf")
    for scene in scenes:
        (parts,) = eyes.embed_views([library.picture(scene.keyframes[0].object_key)])
        library.equipment.visual = lambda _, v=parts[-1].vector: Answering(eyes.space, v)  # type: ignore
        best = library.search(f"whatever {scene.index}").hits[0]  # the same words would come from the cache
        assert best.channels["visual"].raw == pytest.approx(1.0, abs=2e-3)
        assert best.channels["visual"].t_s in [k.t_s for s in scenes for k in s.keyframes]
        assert best.scene in [s.index for s in scenes if same_picture(library, s, scene)]


def same_picture(library: Library, one, other) -> bool:
    return library.picture(one.keyframes[0].object_key) == library.picture(other.keyframes[0].object_key)


class Answering:
    """A text encoder with one answer."""

    def __init__(self, space, vector) -> None:
        self.space, self._vector = space, vector

    def embed(self, texts):
        return [self._vector for _ in texts]


def test_without_weights_it_says_what_a_pull_would_fetch_and_goes_on(
    library: Library, clip: Path, weights: Callable[..., Path]
) -> None:
    equip(library, weights("e5-xlmr"))
    absent = library.absent()
    assert absent is not None
    assert "scenedex models pull" in absent
    assert "clip-hf, clap-hf" in absent
    assert [f.outcome for f in library.add(clip).files] == ["indexed"]
    assert counts(library) == {"e5-xlmr": (1, 0)}
    answer = library.search("goodbye")
    assert answer.hits[0].scene == 0
    assert answer.plan.mode == "skip"


def test_after_a_pull_what_is_missing_is_filled_without_decoding_pictures(
    library: Library, clip: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    equip(library, weights("e5-bert"))
    library.add(clip)
    assert counts(library) == {"wordllama-256": (1, 0)}
    equip(library, weights())
    monkeypatch.setattr("scenedex.indexing.pipeline._scenes", None)
    assert [f.outcome for f in library.add(clip).files] == ["unchanged"]
    keyframes = library.stats()["keyframes"]
    assert counts(library) == {
        "wordllama-256": (1, 0), "clip-hf": (2 * keyframes, 0), "clap-hf": (4, 0), "e5-xlmr": (1, 0),
    }  # fmt: skip
    assert library.fill() == 0


def test_an_encoder_that_is_gone_takes_only_its_channel_out(
    library: Library, clip: Path, weights: Callable[..., Path]
) -> None:
    equip(library, weights())
    library.add(clip)
    folder = weights()
    shutil.rmtree(folder / "golden--clip-hf")
    equip(library, folder)
    answer = library.search("goodbye my friend")
    assert answer.hits[0].scene == 0
    assert answer.hits[0].band == "strong"
    assert len(answer.degraded) == 1
    assert answer.degraded[0].startswith("visual: The model clip-hf is not on this machine")


def test_a_picture_that_cannot_be_embedded_is_a_row_with_its_error(
    library: Library, clip: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> None:
        raise EncoderTimeoutError

    equip(library, weights("clip-hf"))
    monkeypatch.setattr("scenedex.inference.session.Session.run", late)
    assert [f.outcome for f in library.add(clip).files] == ["indexed"]
    assert counts(library)["clip-hf"] == (0, 2 * library.stats()["keyframes"])
    assert library.search("goodbye").hits[0].scene == 0
    for row in monitored(library):
        assert row["vector"] is None
        assert "Timeout" in row["metadata"]["error"]


def monitored(library: Library) -> list[dict[str, Any]]:
    """The scenes as operators see them."""
    with library._database.transaction(library.owner) as tx:
        return tx.execute(
            """select index, embedding_visual_clip::text as vector, visual_clip_metadata as metadata
            from video_scenes order by index"""
        )


@pytest.mark.parametrize("later", [False, True], ids=["while indexing", "filled in later"])
def test_every_picture_has_the_metadata_that_operators_ask_for(
    library: Library, clip: Path, weights: Callable[..., Path], later: bool
) -> None:
    equip(library, weights("e5-bert"))
    if later:
        library.add(clip)
    equip(library, weights())
    library.add(clip)
    _, scenes = library.show("clip.mp4")
    for row, scene in zip(monitored(library), scenes, strict=True):
        metadata = row["metadata"]
        best = max(scene.keyframes, key=lambda keyframe: keyframe.quality)
        assert library.picture(metadata["frame_path"]) == library.picture(best.object_key)
        assert metadata["frame_quality"] == pytest.approx(best.quality, abs=1e-4)
        assert metadata["embed_dim"] == len(json.loads(row["vector"]))
        assert metadata["inference_time_ms"] > 0
        assert metadata["normalized"] is True
        assert metadata["error"] is None
        age = datetime.now(UTC) - datetime.fromisoformat(metadata["created_at"])
        assert timedelta(0) <= age < timedelta(hours=1)
        assert (metadata["model_name"], metadata["device"]) == ("clip-hf", "cpu")
        assert metadata["pretrained"]


def test_a_silent_sound_track_leaves_rows_that_say_so(
    library: Library, tmp_path: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "scenedex.testing.tone", lambda seconds, rate: np.zeros(round(seconds * rate), np.float32)
    )
    shots_clip(tmp_path / "silent.mp4", [3.0], Clip(sound=True))
    equip(library, weights("clap-hf"))
    library.add(tmp_path / "silent.mp4")
    assert counts(library) == {"clap-hf": (0, 1)}


def test_backgrounds_are_measured_and_kept(
    library: Library, clip: Path, weights: Callable[..., Path]
) -> None:
    equip(library, weights())
    library.add(clip)
    with library._database.transaction(library.owner) as tx:
        kept = read_backgrounds(tx)
    assert len(kept) == 3
    for background in kept.values():
        assert list(background.quantiles) == sorted(background.quantiles)
        assert len(background.quantiles) == 9


@pytest.mark.usefixtures("shared_server")
def test_clip_disabled_leaves_the_visual_channel_out(
    clip: Path, tmp_path: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    monkeypatch.setenv("CLIP_ENABLED", "false")
    with open_library(tmp_path / "home") as library:
        equip(library, weights())
        library.add(clip)
        assert "clip-hf" not in counts(library)
        assert "visual" not in library.search("x").plan.weights


@pytest.mark.usefixtures("shared_server")
def test_which_profile_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_library(tmp_path / "home") as library:
        assert library.profile().name == "standard"
        library.use("clip")
    with open_library(tmp_path / "home") as library:
        assert library.profile().name == "clip"
        with pytest.raises(NotFoundError, match="mini, clip, standard, large"):
            library.use("huge")
    monkeypatch.setenv("SCENEDEX_PROFILE", "large")
    monkeypatch.setenv("CLIP_MODEL_NAME", "ViT-B-32")
    monkeypatch.setenv("CLIP_PRETRAINED", "openai")
    with open_library(tmp_path / "home") as library:
        assert library.profile() == Profile(name="large", visual="clip-b32", audio="clap", text="me5-base")
    monkeypatch.setenv("CLIP_MODEL_NAME", "ViT-B-23")
    monkeypatch.delenv("CLIP_PRETRAINED")
    with open_library(tmp_path / "home") as library, pytest.raises(NotFoundError, match="clip-b32"):
        library.profile()
