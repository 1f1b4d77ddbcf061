"""The film: as long as promised, cut where the script cuts, with sound and words, and the same each time."""

import hashlib
import re
from itertools import pairwise

import av
import numpy as np
import pytest
from tests.demo_run import demo_run

from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.things import THINGS
from scenedex.demo.film import SAMPLE_RATE, SIZE, captions, draw_film, showcase, truth
from scenedex.demo.script import SCRIPT
from scenedex.demo.shot import FRAME_RATE
from scenedex.demo.sounds import SOUNDS
from scenedex.demo.take import Take
from scenedex.media.decode import frames
from scenedex.media.probe import probe
from scenedex.scenes.cuts import CutFinder
from scenedex.types import Limits


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    """The whole film, as `scenedex demo` draws it."""
    return demo_run(tmp_path_factory).film


def stem(word):
    return re.sub(r"(ing|ed|es|s)$", "", word.lower()) if len(word) > 4 else word.lower()


def stems(texts):
    return {stem(word) for text in texts for word in re.findall(r"[a-zA-Z]+", text)}


def test_header(film):
    info = probe(film, Limits())
    assert 60 <= info.duration_s <= 90
    assert abs(info.duration_s - truth()[-1].end_s) < 0.1
    assert film.stat().st_size < 4_000_000
    assert (info.video.width, info.video.height, info.video.frame_rate) == (*SIZE, FRAME_RATE)
    assert [(track.codec, track.sample_rate) for track in info.audio] == [("aac", SAMPLE_RATE)]
    assert [(track.codec, track.language) for track in info.subtitles] == [
        ("mov_text", "en"),
        ("mov_text", "ko"),
    ]


def test_progress_rises_to_one(tmp_path, monkeypatch):
    """Of the whole film, in small: how large a picture is does not count."""
    monkeypatch.setattr("scenedex.demo.film.SIZE", (SIZE[0] // 6, SIZE[1] // 6))
    told = []
    draw_film(tmp_path / "small.mp4", told.append)
    assert len(told) == sum(shot.frames for shot in SCRIPT)
    assert all(a < b for a, b in pairwise(told))
    assert told[-1] == 1.0


def test_cuts_are_those_of_the_script(film):
    finder, found = CutFinder(), []
    with frames(film, probe(film, Limits()), Limits()) as decoding:
        for frame in decoding:
            found += finder.push(frame.t_s, frame.small())
        found += finder.finish(decoding.end_s)
    wanted = [scenery.start_s for scenery in truth()][1:]
    assert len(wanted) >= 16
    assert found == pytest.approx(wanted, abs=2 / FRAME_RATE)


def test_captions_read_back(film):
    read = []
    with av.open(str(film)) as container:
        for stream in container.streams.subtitles:
            for packet in container.demux(stream):
                text = bytes(packet)[2:].decode()
                if text:
                    start = float(packet.pts * packet.time_base)
                    read.append((start, start + float(packet.duration * packet.time_base), text))
            container.seek(0)
    wanted = [(caption.start_s, caption.end_s, caption.text) for caption in captions()]
    assert len(wanted) >= 16
    for one, other in zip(sorted(read), sorted(wanted), strict=True):
        assert one[2] == other[2]
        assert one[:2] == pytest.approx(other[:2], abs=0.002)


def test_sound_is_there_and_does_not_clip(film):
    with av.open(str(film)) as container:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(sound) / SAMPLE_RATE == pytest.approx(truth()[-1].end_s, abs=0.1)
    assert np.abs(sound).max() < 0.98
    for scenery in truth():
        inside = sound[
            round((scenery.start_s + 0.2) * SAMPLE_RATE) : round((scenery.end_s - 0.2) * SAMPLE_RATE)
        ]
        assert (inside.std() > 0.005) == (scenery.sound != "silence"), scenery


def test_same_bytes_each_time(tmp_path):
    sums = set()
    for name in ("one.mp4", "other.mp4"):
        draw_film(tmp_path / name, shots=SCRIPT[9:11])
        sums.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(sums) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"one.mp4", "other.mp4"}


@pytest.mark.parametrize("number", range(len(SCRIPT)))
def test_every_shot_moves(number):
    shot = SCRIPT[number]
    take = Take(shot, (214, 120), number)
    first, last = take.picture(0).astype(int), take.picture(shot.frames - 1).astype(int)
    assert first.shape == (120, 214, 3)
    assert (np.abs(first - last).max(axis=2) > 24).mean() > 0.003


def test_script_is_in_order():
    for shot in SCRIPT:
        assert 2 < shot.seconds <= 5
        assert (shot.seconds * FRAME_RATE).is_integer()
        assert shot.place in PLACES
        assert shot.sound in SOUNDS
    for one, other in pairwise(truth()):
        assert one.end_s == other.start_s
    for language in ("en", "ko"):
        lines = [caption for caption in captions() if caption.language == language]
        assert [line.index for line in lines] == list(range(len(lines)))
        assert all(one.end_s <= other.start_s for one, other in pairwise(lines))
    cuts = [scenery.start_s for scenery in truth()][1:]
    assert any(line.start_s < cut - 0.5 and cut + 0.5 < line.end_s for cut in cuts for line in captions())


def test_what_is_said_does_not_name_what_is_seen():
    seen = stems(word for scenery in truth() for word in scenery.words)
    said = stems(line.text for line in captions())
    assert {"car", "sea", "red", "mountain"} <= seen
    assert {"turn", "second", "mill"} <= said
    assert seen & said <= {"the", "under"}


def test_truth_names_things_with_their_words():
    sailing = next(scenery for scenery in truth() if ("sailing boat", "red") in scenery.things)
    assert {"sailing boat", "sailboat", "sea", "ocean", "red", "day"} <= sailing.words
    assert ("sun", None) in sailing.things
    assert {name for scenery in truth() for name, _ in scenery.things} <= set(THINGS)
    assert any("BAKERY" in scenery.written for scenery in truth())


def test_showcase_quotes_what_is_said():
    said = " ".join(line.text for line in captions())
    quoted = [query.strip('"') for query in showcase() if query.startswith('"')]
    korean = [query for query in showcase() if not query.isascii()]
    assert quoted
    assert korean
    assert all(words in said for words in quoted + korean)
