"""Videos are annotated, and what was found is searched: real database, real pictures, real sound."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.media import make_clip, shared_media

from scenedex import Library, open_library
from scenedex.annotations.screen_text import ScreenLine
from scenedex.annotations.speech import SAMPLE_RATE, Segment
from scenedex.config import Settings
from scenedex.demo.draw.lettering import lettering
from scenedex.demo.film import draw_film
from scenedex.demo.script import SCRIPT
from scenedex.errors import AnnotationError, NotFoundError, NotInstalledError, SpeechModelError
from scenedex.indexing.annotate import annotate
from scenedex.indexing.screen_text import ScreenText
from scenedex.indexing.speech import Speech
from scenedex.testing import Clip, pictures_clip
from scenedex.types import AnnotationKind, AnnotationOutcome, Caption, Pixels, Waveform


class Reads:
    """Reads the same lines in each picture, and fails on the pictures that it is told to fail on."""

    def __init__(self, *texts: str, fails_on: tuple[int, ...] = (), recipe: str = "one") -> None:
        self.recipe = recipe
        self.pictures = 0
        self._lines = tuple(ScreenLine(text=text, score=0.9, box=(0.1, 0.1, 0.9, 0.2)) for text in texts)
        self._fails_on = fails_on

    def read(self, pixels: Pixels) -> tuple[ScreenLine, ...]:
        self.pictures += 1
        if self.pictures - 1 in self._fails_on:
            raise AnnotationError("This picture cannot be read: it is one of those.")
        return self._lines


class Hears:
    """Hears what was recorded."""

    recipe = "recorded"

    def __init__(self, *segments: Segment) -> None:
        self.seconds = 0.0
        self._segments = list(segments)

    def transcribe(self, sound: Waveform, tell: Callable[[float], None] | None = None) -> list[Segment]:
        self.seconds += len(sound) / SAMPLE_RATE
        if tell:
            tell(self.seconds)
        return self._segments


def segment(
    start_s: float, end_s: float, text: str, no_speech: float = 0.05, logprob: float = -0.2
) -> Segment:
    return Segment(
        start_s=start_s,
        end_s=end_s,
        text=text,
        avg_logprob=logprob,
        no_speech_prob=no_speech,
        compression_ratio=1.1,
        language="en",
    )


@pytest.fixture
def library(home: Path, shared_server: None) -> Iterator[Library]:
    with open_library(home, settings=Settings(scenedex_profile="mini")) as opened:
        yield opened


def with_reader(library: Library, reader: Reads, force: bool = False) -> list[AnnotationOutcome]:
    ids = [video.id for video in library.videos()]
    return list(annotate(library._parts(), ScreenText(reader), ids, force=force))


def with_ears(library: Library, hears: Hears, force: bool = False) -> list[AnnotationOutcome]:
    ids = [video.id for video in library.videos()]
    return list(annotate(library._parts(), Speech(hears), ids, force=force))


def captions(library: Library, origin: str) -> list[Caption]:
    found = {
        (caption.start_s, caption.text): caption
        for video in library.videos()
        for scene in library.show(str(video.id))[1]
        for caption in scene.captions
        if caption.origin == origin
    }
    return [found[key] for key in sorted(found)]


def sign(text: str, ground: tuple[int, int, int]) -> Pixels:
    picture = Image.new("RGB", (640, 360), ground)
    if text:
        board = lettering(text, 30, (255, 255, 255), (20, 30, 90))
        picture.paste(board, (120, 80), board)
    return np.asarray(picture)


def test_a_word_written_in_the_picture_finds_its_scene(library: Library, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    clip = tmp_path / "walk.mp4"
    shots = [
        (2.0, sign("", (90, 140, 60))),
        (2.0, sign("PHARMACY", (160, 60, 50))),
        (2.0, sign("", (60, 70, 170))),
    ]
    pictures_clip(clip, shots)
    library.add(clip)
    assert library.search("pharmacy", bands=("strong", "possible")).hits == ()
    told: list[float] = []

    class Watches:
        def found(self, files: int) -> None: ...
        def start(self, path: str) -> None: ...
        def step(self, step: AnnotationKind, done: float) -> None:
            told.append(done)

        def finish(self, outcome: AnnotationOutcome) -> None: ...

    (outcome,) = library.annotate("screen_text", watcher=Watches())
    assert (outcome.outcome, outcome.reason) == ("annotated", None)
    assert told == sorted(told)
    assert told[-1] == 1.0
    hit = library.search("pharmacy").hits[0]
    assert hit.scene == 1
    assert "<mark>PHARMACY</mark>" in (hit.channels["lexical"].text or "")
    (caption,) = captions(library, "screen")
    assert (round(caption.start_s, 2), round(caption.end_s, 2)) == (2.0, 4.0)
    assert caption.measures["score"] > 0.9
    (again,) = library.annotate("screen_text", "walk.mp4")
    assert again.outcome == "unchanged"


def test_the_signs_of_the_demo_film_are_found(library: Library, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    film = tmp_path / "film.mp4"
    draw_film(film, shots=[shot for shot in SCRIPT if shot.signs])
    library.add(film)
    library.annotate("screen_text")
    read = {caption.text.casefold() for caption in captions(library, "screen")}
    # of the six signs, `THE END` comes without its blank
    assert {"the long road", "bakery", "north station", "final 2:2", "last show tonight"} <= read
    signed = [shot for shot in SCRIPT if shot.signs]
    (number,) = [n for n, shot in enumerate(signed) if shot.signs[0].text == "LAST SHOW TONIGHT"]
    start_s = sum(shot.seconds for shot in signed[:number])
    hit = library.search("last show tonight").hits[0]
    assert hit.start_s <= start_s + 0.5 < hit.end_s


def test_annotating_twice_leaves_the_same_and_another_recipe_replaces(
    library: Library, tmp_path: Path
) -> None:
    library.add(make_clip(tmp_path / "a.mp4"))
    before = library.stats()
    assert [o.outcome for o in with_reader(library, Reads("Harbour"))] == ["annotated"]
    once = library.stats()
    assert once["captions"] == before["captions"] + 1
    assert library.search("harbour").hits
    assert [o.outcome for o in with_reader(library, Reads("Lighthouse"))] == ["unchanged"]
    assert [o.outcome for o in with_reader(library, Reads("Harbour"), force=True)] == ["annotated"]
    assert library.stats() == once | {"database_bytes": library.stats()["database_bytes"]}
    assert [o.outcome for o in with_reader(library, Reads("Lighthouse", recipe="two"))] == ["annotated"]
    assert [c.text for c in captions(library, "screen")] == ["Lighthouse"]
    assert not library.search("harbour").hits
    assert library.search("lighthouse").hits
    assert [o.outcome for o in with_reader(library, Reads(), force=True)] == ["annotated"]
    assert library.stats()["captions"] == before["captions"]


def test_words_of_other_origins_and_names_stay(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "regatta.mp4")
    clip.with_suffix(".srt").write_text(
        "1\n00:00:00,000 --> 00:00:01,000\nThe spinnaker is up\n", encoding="utf-8"
    )
    library.add(clip)
    with_reader(library, Reads("Harbour"))
    for word in ("spinnaker", "regatta", "harbour"):
        assert library.search(word).hits, word
    clip.with_suffix(".srt").write_text(
        "1\n00:00:00,000 --> 00:00:01,000\nThe mast broke\n", encoding="utf-8"
    )
    library.add(clip)
    for word in ("mast", "regatta", "harbour"):
        assert library.search(word).hits, word
    assert not library.search("spinnaker").hits


def test_indexing_again_keeps_what_was_read(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4")
    library.add(clip)
    with_reader(library, Reads("Harbour"))
    before = captions(library, "screen")
    library.add(clip, force=True)
    assert captions(library, "screen") == before
    assert library.search("harbour").hits


def test_an_offline_video_is_read_and_keeps_its_name(library: Library, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "regatta.mp4")
    library.add(tmp_path)
    clip.unlink()
    library.add(tmp_path)
    with_reader(library, Reads("Harbour"))
    assert library.search("regatta").hits
    assert library.search("harbour").hits


def test_a_keyframe_that_fails_costs_only_itself(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "a.mp4", 1.0, 1.0, 1.0))
    (outcome,) = with_reader(library, Reads("Harbour", fails_on=(1,)))
    assert (outcome.outcome, outcome.reason) == ("annotated", "1 of 3 keyframes could not be read.")
    assert [round(c.start_s) for c in captions(library, "screen")] == [0, 2]


def test_pictures_that_are_gone_or_damaged_cost_only_themselves(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "a.mp4", 1.0, 1.0, 1.0))
    (video,) = library.videos()
    keys = [scene.keyframes[0].object_key for scene in library.show(str(video.id))[1]]
    files = {path.name: path for path in (library.home / "objects").rglob("*") if path.is_file()}
    (first,) = [path for name, path in files.items() if keys[0].endswith(name)]
    (second,) = [path for name, path in files.items() if keys[1].endswith(name)]
    first.unlink()
    second.write_bytes(b"\xff\xd8\xff no picture")
    (outcome,) = with_reader(library, Reads("Harbour"))
    assert outcome.reason == "2 of 3 keyframes could not be read."
    assert [round(c.start_s) for c in captions(library, "screen")] == [2]


def test_a_video_of_which_nothing_can_be_read_fails_alone(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "a.mp4", 1.0), make_clip(tmp_path / "b.mp4", 2.0))
    outcomes = with_reader(library, Reads("Harbour", fails_on=(0,)))
    assert sorted(o.outcome for o in outcomes) == ["annotated", "failed"]
    (failed,) = [o for o in outcomes if o.outcome == "failed"]
    assert "None of its 1 keyframes could be read: This picture cannot be read" in (failed.reason or "")
    (retried,) = [o for o in with_reader(library, Reads("Harbour")) if o.outcome != "unchanged"]
    assert retried.video_id == failed.video_id


def test_what_stops_it_leaves_finished_videos_annotated(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "a.mp4", 1.0), make_clip(tmp_path / "b.mp4", 2.0))

    class Interrupted(Reads):
        def read(self, pixels: Pixels) -> tuple[ScreenLine, ...]:
            if self.pictures == 1:
                raise KeyboardInterrupt
            return super().read(pixels)

    with pytest.raises(KeyboardInterrupt):
        with_reader(library, Interrupted("Harbour"))
    assert len(captions(library, "screen")) == 1
    assert sorted(o.outcome for o in with_reader(library, Reads("Harbour"))) == ["annotated", "unchanged"]


def test_what_is_said_is_searched_and_keeps_its_measures(library: Library, tmp_path: Path) -> None:
    clip = tmp_path / "interview.mp4"
    pictures_clip(clip, [(2.0, sign("", (200, 40, 40))), (2.0, sign("", (40, 160, 60)))], Clip(sound=True))
    library.add(clip)
    heard = Hears(
        segment(2.2, 3.6, "The ferry leaves at noon."),
        segment(0.2, 0.9, "Thanks for watching!", no_speech=0.9, logprob=-1.3),
        segment(3.7, 900.0, "Hurry up!"),
    )
    (outcome,) = with_ears(library, heard)
    assert outcome.outcome == "annotated"
    assert heard.seconds == pytest.approx(4.0, abs=0.1)
    said = captions(library, "speech")
    assert [caption.text for caption in said] == ["The ferry leaves at noon.", "Hurry up!"]
    assert said[0].measures == {"avg_logprob": -0.2, "no_speech_prob": 0.05, "compression_ratio": 1.1}
    assert said[0].language == "en"
    assert said[1].end_s == pytest.approx(4.0, abs=0.1)
    assert library.search("when does the ferry leave").hits[0].scene == 1
    assert not library.search("watching").hits


def test_subtitles_come_before_ears(library: Library, tmp_path: Path) -> None:
    clip = tmp_path / "talk.mp4"
    pictures_clip(clip, [(2.0, sign("", (200, 40, 40)))], Clip(sound=True))
    library.add(clip)
    with_ears(library, Hears(segment(0.2, 1.0, "The fairy leaves.")))
    clip.with_suffix(".srt").write_text(
        "1\n00:00:00,000 --> 00:00:01,000\nThe ferry leaves\n", encoding="utf-8"
    )
    library.add(clip)
    (outcome,) = with_ears(library, Hears(segment(0.2, 1.0, "The fairy leaves.")), force=True)
    assert (outcome.outcome, outcome.reason) == ("annotated", "It has subtitles now: its transcript is gone.")
    assert captions(library, "speech") == []
    (outcome,) = with_ears(library, Hears())
    assert (outcome.outcome, outcome.reason) == ("passed over", "It has subtitles.")


def test_videos_that_cannot_be_heard_are_passed_over(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "silent.mp4"))
    assert [o.reason for o in with_ears(library, Hears())] == ["It has no sound."]
    (tmp_path / "silent.mp4").unlink()
    assert [o.reason for o in with_ears(library, Hears())] == ["Its file is not there."]


def test_a_real_film_with_embedded_subtitles_is_passed_over(library: Library) -> None:
    library.add(shared_media("video") / "friday_srt.mkv")
    assert [o.reason for o in with_ears(library, Hears())] == ["It has subtitles."]


def test_a_model_of_speech_that_is_not_here_is_said_before_the_work(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("faster_whisper", reason="the extra `asr` is not installed")
    settings = Settings(clip_cache_dir=tmp_path / "cache", scenedex_speech=True, hf_hub_offline=True)
    with open_library(home, settings=settings) as library:
        with pytest.raises(
            SpeechModelError, match="'small' is not on this machine: `scenedex annotate speech --dow"
        ):
            library.add(make_clip(tmp_path / "a.mp4"))
        assert library.videos() == []


def test_indexing_reads_pictures_where_the_settings_say_so(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    clip = tmp_path / "walk.mp4"
    pictures_clip(clip, [(1.5, sign("PHARMACY", (160, 60, 50)))])
    with open_library(home, settings=Settings(scenedex_profile="mini", scenedex_screen_text=True)) as library:
        report = library.add(clip)
        assert [o.outcome for o in report.annotations] == ["annotated"]
        assert library.search("pharmacy").hits
        assert [o.outcome for o in library.add(clip).annotations] == ["unchanged"]


def test_what_is_not_there_is_named(library: Library) -> None:
    try:
        with pytest.raises(NotFoundError, match=r"nowhere\.mp4"):
            library.annotate("screen_text", "nowhere.mp4")
    except NotInstalledError:
        pytest.skip("the extra `ocr` is not installed")


def command(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "scenedex", "annotate", *arguments],
        env=os.environ | {"SCENEDEX_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_the_command(library: Library, tmp_path: Path) -> None:
    library.add(make_clip(tmp_path / "a.mp4", 1.0))
    shutil.copy(tmp_path / "a.mp4", tmp_path / "b.mp4")
    done = command(library.home, "screen-text", "a.mp4", "--json")
    assert "Traceback" not in done.stderr
    if done.returncode == 2 and "scenedex[ocr]" in done.stderr:
        pytest.skip("the extra `ocr` is not installed")
    assert done.returncode == 0, done.stderr
    (video,) = json.loads(done.stdout)["videos"]
    assert (video["video"], video["outcome"]) == ("a.mp4", "annotated")
    assert command(library.home, "screen-text").stdout == "1 unchanged\n"
    assert command(library.home, "screen-text", "nowhere.mp4").returncode == 2
