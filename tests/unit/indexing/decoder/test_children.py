"""Files read in children: the same as here; and whatever becomes of a child is an error of its file alone."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.media import make_clip, shared_media

from scenedex.errors import (
    DecodeError,
    DecoderDiedError,
    DecoderStartError,
    LimitError,
    MediaError,
    NotFoundError,
)
from scenedex.indexing.decoder import landlock, seccomp
from scenedex.indexing.decoder.children import Children
from scenedex.indexing.here import Here
from scenedex.indexing.reading import Decoder
from scenedex.media.clip import cut_clip
from scenedex.types import Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are Linux's")

ODD = "tests.unit.indexing.decoder.misbehaving"
LIMITS = Limits()
PATIENT_S = 120.0


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def children(scratch: Path) -> Iterator[Children]:
    decoder = Children(scratch, 4096)
    yield decoder
    decoder.close()


@pytest.fixture(scope="module")
def odd(scratch: Path) -> Iterator[Children]:
    decoder = Children(scratch, 512, module=ODD, grace_s=PATIENT_S)
    yield decoder
    decoder.close()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "good.mp4", 0.4, 0.4)


def named(clip: Path, name: str) -> Path:
    """The clip under the name of a deed."""
    path = clip.with_name(f"{name}.mp4")
    if not path.exists():
        os.link(clip, path)
    return path


def read(decoder: Decoder, path: Path, limits: Limits = LIMITS) -> Any:
    """All that can be read of a file, or the error."""
    try:
        with decoder.reading(path, limits) as reading:
            drafts = list(reading.scenes("adaptive", lambda _: None))
            captions = reading.captions()
            sound = [block.tobytes() for block in reading.sound(16_000)]
            shown = list(reading.pictures([0.1, 0.5], 128)) if reading.info.video else []
            pictures = [(one.shape, one.tobytes()) for one in shown]
            return reading.info, reading.warnings, drafts, captions, sound, pictures
    except (MediaError, NotFoundError, OSError) as exc:
        return type(exc), str(exc)


def test_a_clip_is_cut_from_what_a_child_reads(children: Children, tmp_path: Path) -> None:
    source = shared_media("video/openreel_20shots.mp4")
    made = []
    for name, decoder in (("child.mp4", children), ("here.mp4", Here())):
        with decoder.reading(source, LIMITS) as reading:
            cut_clip(reading, tmp_path / name, start_s=3.2, end_s=4.7)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 1000


def test_a_child_says_who_speaks(children: Children) -> None:
    with children.reading(shared_media("subs/torchcodec_nasa_13013.mp4"), LIMITS) as reading:
        assert [caption.speaker for caption in reading.captions()] == ["NAR", None, None, None]


def test_a_film_is_played_from_what_a_child_makes(children: Children) -> None:
    source = shared_media("odd/syn_start_100s.mkv")
    for copied in (True, False):
        made = []
        for decoder in (children, Here()):
            with decoder.reading(source, LIMITS) as reading:
                made.append(list(reading.film(0.5, 1.5, copied=copied)))
        began = {piece.begins_s for pieces in made for piece in pieces}
        assert began == ({0.0} if copied else {0.5})
        assert all(b"moof" in b"".join(piece.data for piece in pieces) for pieces in made)


def test_a_film_that_nobody_watches_any_more_ends_with_its_child(children: Children, clip: Path) -> None:
    with children.reading(clip, LIMITS) as reading:
        pieces = reading.film(0.0, 0.8, copied=False)
        next(pieces)
        pieces.close()
        assert reading.info.video is not None
        assert len(list(reading.pictures([0.1], 64))) == 1  # the child answers on


@pytest.mark.parametrize(
    "name",
    [
        "subs/ae_mov_text.mp4",
        "subs/ae_webvtt.mkv",
        "odd/phpff_portrait.MOV",
        "odd/syn_audio_only.m4a",
        "odd/syn_start_100s.mkv",
        "odd/syn_trunc_faststart_half.mp4",
        "odd/syn_trunc_moov_missing.mp4",
        "odd/syn_random.mkv",
        "odd/syn_zero_byte.mp4",
        "odd/syn_huge_dims.gif",
        "odd/syn_jpeg_named.mp4",
        "odd/syn_näme – 水 'quote' & $(x).mp4",
        "odd/not there.mp4",
        "odd",
    ],
)
def test_a_file_reads_the_same_in_a_child_as_here(name: str, children: Children, scratch: Path) -> None:
    path = shared_media() / name
    assert read(children, path) == read(Here(scratch), path)


def test_links_and_relative_paths_lead_to_the_file(
    children: Children, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clip.parent)
    Path("linked.mp4").symlink_to(clip.name)
    assert read(children, Path("linked.mp4")) == read(children, clip)


def test_names_that_are_no_text(children: Children, clip: Path, scratch: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(clip.parent) + b"/\xff\n\xfe.mp4"))
    os.link(clip, path)
    assert read(children, path) == read(Here(scratch), path)


def test_progress_comes_while_the_file_is_read(children: Children, clip: Path) -> None:
    told: list[float] = []
    with children.reading(clip, LIMITS) as reading:
        assert len(list(reading.scenes("adaptive", told.append))) >= 1
        assert told
        assert told == sorted(told)
        assert told[-1] <= (reading.info.duration_s or 0) + 1


@pytest.mark.parametrize(
    ("deed", "error", "said"),
    [
        ("segfault", DecoderDiedError, "crashed.*SIGSEGV"),
        ("abort", DecoderDiedError, "crashed"),
        ("before", DecoderDiedError, "crashed"),
        ("early_segfault", DecoderDiedError, "crashed.*SIGSEGV"),
        ("exit", DecoderDiedError, "without a word"),
        ("half", DecoderDiedError, "without a word"),
        ("close", DecoderDiedError, "killed|without a word"),
        ("allocate", LimitError, "more memory .* 512 MB, the limit SCENEDEX_DECODER_MEMORY_MB"),
        ("early_allocate", LimitError, "more memory"),
        ("hoard", LimitError, "more memory .* 512 MB"),
        ("noise", DecoderDiedError, "no sense"),
        ("endless", DecoderDiedError, "no sense"),
        ("pickle", DecoderDiedError, "no sense"),
        ("unasked", DecoderDiedError, "not asked"),
        ("backwards", DecoderDiedError, "no sense"),
        ("nan", DecoderDiedError, "no sense"),
        ("bomb", DecoderDiedError, "no picture of the size"),
        ("stop", LimitError, "full"),
        ("system", DecoderDiedError, "no sense"),
        ("escape", DecodeError, r"^ \[2Jgone$"),
        ("bug", DecodeError, "scenedex itself failed on this file .KeyError"),
    ],
)
def test_a_child_that_misbehaves_is_an_error_of_its_file(
    deed: str, error: type[MediaError], said: str, odd: Children, clip: Path
) -> None:
    with pytest.raises(error, match=said), odd.reading(named(clip, deed), LIMITS) as reading:
        list(reading.scenes("adaptive", lambda _: None))
    with odd.reading(clip, LIMITS) as reading:
        assert len(list(reading.scenes("adaptive", lambda _: None))) >= 1


def test_a_child_that_hangs_is_ended(odd: Children, scratch: Path, clip: Path) -> None:
    hasty = Children(scratch, 512, module=ODD, grace_s=0.2)
    try:
        hangs = hasty.reading(named(clip, "early_hang"), Limits(max_decode_s=0.2))
        with pytest.raises(DecoderDiedError, match=r"in time.*SCENEDETECT_TIMEOUT_SECS"), hangs:
            pass
    finally:
        hasty.close()


def test_endless_work_ends_with_its_processor_time(odd: Children, clip: Path) -> None:
    spins = odd.reading(named(clip, "early_spin"), Limits(max_decode_s=0.2))
    with pytest.raises(DecoderDiedError, match="processor time"), spins:
        pass


def test_a_spawner_that_was_killed_is_replaced(odd: Children, clip: Path) -> None:
    with odd.reading(clip, LIMITS) as reading:
        os.kill(reading._spawner.pid, signal.SIGKILL)
        with pytest.raises(DecoderDiedError, match="killed"):
            list(reading.pictures([0.1] * 1000, 64))
    assert len(read(odd, clip)) == 6


def test_what_nobody_reads_to_its_end_is_passed_over(children: Children, scratch: Path) -> None:
    path = shared_media("video") / "moviepy_sintel_trailer.mp4"
    with children.reading(path, LIMITS) as reading, Here(scratch).reading(path, LIMITS) as here:
        assert next(iter(reading.sound(16_000))).tobytes() == next(iter(here.sound(16_000))).tobytes()
        (one,), (other,) = list(reading.pictures([9.0], 64)), list(here.pictures([9.0], 64))
        assert one.tobytes() == other.tobytes()


def test_a_decoder_with_too_little_memory_says_so(scratch: Path) -> None:
    poor = Children(scratch, 160)
    try:
        found = read(poor, shared_media("odd") / "syn_8k_3frames.mp4")
    finally:
        poor.close()
    assert found[0] is LimitError
    assert "160 MB, the limit SCENEDEX_DECODER_MEMORY_MB" in found[1]


DENIED = ("network", "fork", "signal", "run", "limit its parent", "change rights", "share memory")


def test_a_child_has_no_secrets_and_no_way_out(
    odd: Children, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clip.parent / "neighbour").write_bytes(b"of another owner")
    with odd.reading(named(clip, "report"), LIMITS) as reading:
        list(reading.scenes("adaptive", lambda _: None))
        found = json.loads(reading.warnings[0])
    assert set(found["environment"]) <= {
        "LC_ALL", "LD_LIBRARY_PATH", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "PATH", "PYTHONPATH",
    }  # fmt: skip
    assert found["sockets"] == 0
    assert found["files"] <= 8  # three of nothing, two pipes, the scratch file, the media file twice at most
    assert (found["core"], found["data"]) == (0, 1024)
    if landlock.version():
        assert found["read a neighbour"] == found["write"] == found["remove"] == "PermissionError"
    if seccomp.known():
        assert {found[deed] for deed in DENIED} == {"PermissionError"}
    assert (clip.parent / "neighbour").exists()


def test_two_threads_have_a_child_each(odd: Children, clip: Path) -> None:
    together = threading.Barrier(2, timeout=PATIENT_S)

    def one(_: int) -> tuple[int, int]:
        with odd.reading(clip, LIMITS) as reading:
            together.wait()
            scenes = len(list(reading.scenes("adaptive", lambda _: None)))
            together.wait()
            return reading._spawner.pid, scenes

    with ThreadPoolExecutor(2) as pool:
        (first, scenes), (second, others) = pool.map(one, range(2))
    assert first != second
    assert scenes == others >= 1


def test_a_program_that_is_none_cannot_be_started(scratch: Path, clip: Path) -> None:
    broken = Children(scratch, 512, module="scenedex.no_such_thing")
    with (
        pytest.raises(DecoderStartError, match=r"No module named.*SCENEDEX_DECODER=here"),
        broken.reading(clip, LIMITS),
    ):
        pass


PARENT = """
import signal
import sys
from pathlib import Path
from scenedex.indexing.decoder.children import Children
from scenedex.types import Limits
signal.signal(signal.SIGINT, signal.default_int_handler)  # who began the tests may ignore it, as `nohup` in a script
with Children(Path(sys.argv[1]).parent, 512, module=sys.argv[2]).reading(Path(sys.argv[1]), Limits()) as reading:
    print(reading._spawner.pid, flush=True)
    list(reading.scenes("adaptive", lambda _: None))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_parent_that_goes_leaves_nothing_behind(number: int, clip: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(named(clip, "hang")), ODD]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        spawner = int(parent.stdout.readline())
        (child,) = Path(f"/proc/{spawner}/task/{spawner}/children").read_text().split()
        parent.send_signal(number)
        assert parent.wait(PATIENT_S) != 0
    give_up = time.monotonic() + PATIENT_S
    while any(running(pid) for pid in (spawner, int(child))):
        assert time.monotonic() < give_up, "a process outlived its parent"
        time.sleep(0.05)


def running(pid: int) -> bool:
    """Whether there is such a process, other than as a name that nobody has read."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_that_was_begun_ahead_reads_the_next_file_and_ends_with_the_decoder(
    scratch: Path, clip: Path
) -> None:
    decoder = Children(scratch, 4096)
    decoder.warm()
    decoder.warm()  # one is enough
    with decoder.reading(clip, LIMITS) as reading:
        assert reading.info.video is not None
    (spawner,) = decoder._idle
    decoder.close()
    assert not spawner.lives()
    decoder.warm()  # of no use any more
    assert not decoder._starting


def test_a_process_that_could_not_be_begun_ahead_is_said_when_a_file_is_read(
    scratch: Path, clip: Path
) -> None:
    decoder = Children(scratch, 4096, module="scenedex.nowhere")
    decoder.warm()
    with pytest.raises(DecoderStartError, match="nowhere"), decoder.reading(clip, LIMITS):
        pass
    decoder.warm()
    decoder.close()
