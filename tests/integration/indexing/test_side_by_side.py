"""Videos that are indexed side by side, and sound that is heard beside its pictures."""

import threading
from pathlib import Path

import numpy as np
import pytest

from scenedex import open_library
from scenedex.config import read_settings
from scenedex.embeddings.protocols import Embedding
from scenedex.errors import DecodeError
from scenedex.indexing import listening
from scenedex.indexing.here import Here
from scenedex.indexing.listening import Listening
from scenedex.indexing.progress import Silent
from scenedex.indexing.sounds import Hearing
from scenedex.testing import Clip, shots_clip
from scenedex.types import FileOutcome, Limits, Space

SPACE = Space(name="ears", model="ears", revision="1", modality="audio", dim=2, id=9)


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for number, name in enumerate("abc"):
        shots_clip(folder / f"{name}.mp4", [1.0 + number / 2, 1.0])
    (folder / "b2.mp4").write_bytes((folder / "b.mp4").read_bytes())
    (folder / "broken.mp4").write_bytes((folder / "a.mp4").read_bytes()[:600])
    return folder


class Ctrl(Silent):
    """Somebody presses Ctrl-C when the first file is done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def finish(self, outcome: FileOutcome) -> None:
        self.done.append(outcome.path)
        raise KeyboardInterrupt


@pytest.mark.usefixtures("shared_server")
def test_the_same_outcomes_in_the_same_order_and_ctrl_c_keeps_what_was_finished(
    tmp_path: Path, films: Path
) -> None:
    three = read_settings().model_copy(update={"scenedex_index_at_once": 3})
    with open_library(tmp_path / "home", settings=three) as library:
        watcher = Ctrl()
        with pytest.raises(KeyboardInterrupt):
            library.add(films, progress=watcher)
        kept = {path for video in library.videos() for path in video.paths}
        assert watcher.done
        assert kept <= {str(path) for path in films.iterdir()}
        done = library.add(films).files
        assert [Path(each.path).name for each in done] == ["a.mp4", "b.mp4", "b2.mp4", "broken.mp4", "c.mp4"]
        assert [each.outcome == "refused" for each in done] == [False, False, False, True, False]
        assert all(each.outcome == "unchanged" for each in done if each.path in kept)
        assert len(library.videos()) == 3  # two files are one video
        assert done[1].video_id == done[2].video_id


class Ears:
    """Hears how loud it is; fails where it is told to."""

    space, sample_rate, window_s = SPACE, 16_000, 5.0

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def embed_sounds(self, sounds: list[np.ndarray]) -> list[Embedding]:
        if self.error:
            raise self.error
        return [Embedding(vector=np.array([1, 0], np.float32)) for _ in sounds]


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("loud") / "loud.mp4"
    shots_clip(path, [4.0, 6.5], Clip(sound=True))
    return path


def heard(path: Path, ears: Ears) -> dict:
    with (
        Here().reading(path, Limits()) as reading,
        Listening(Hearing(encoder=ears, space=SPACE), Here(), path, Limits()) as ear,
    ):
        ear.begin(reading)
        for span in ((0.0, 4.0), (4.0, 10.5)):
            ear.found(span)
        return ear.embeddings(reading, [(0.0, 4.0), (4.0, 10.5)])


def test_sound_beside_the_pictures_is_the_same_as_after_them(
    loud: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after = heard(loud, Ears())
    monkeypatch.setattr(listening, "LONG_S", 0.0)
    beside = heard(loud, Ears())
    places = [(draft.scene_index, draft.ordinal, draft.t_s) for draft in beside[9]]
    assert places == [(0, 0, 0.0), (1, 0, 4.0), (1, 1, 7.25)]
    assert places == [(draft.scene_index, draft.ordinal, draft.t_s) for draft in after[9]]


def test_sound_that_fails_fails_the_video_and_one_that_fails_ends_the_hearing(
    loud: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "LONG_S", 0.0)
    with pytest.raises(DecodeError, match="no sound any more"):
        heard(loud, Ears(DecodeError("no sound any more")))
    before = threading.active_count()
    with (
        Here().reading(loud, Limits()) as reading,
        Listening(Hearing(encoder=Ears(), space=SPACE), Here(), loud, Limits()) as ear,
    ):
        ear.begin(reading)
        ear.found((0.0, 4.0))  # and nobody asks for it: the pictures cannot be read
    assert threading.active_count() == before
