"""Plug-ins that are missing, broken, or not what they say: a sentence each, and nothing imported that nobody named."""

import sys
from pathlib import Path

import numpy as np
import pytest
from tests.plugged import install

from scenedex import plugins
from scenedex.config import read_settings
from scenedex.embeddings.plugged import PluggedEyes, PluggedTexts, plugged
from scenedex.errors import (
    DescriptionError,
    DetectorError,
    EncoderError,
    EncoderPluginError,
    EncoderTimeoutError,
    NotFoundError,
    PictureError,
    PluginError,
    UsageError,
)
from scenedex.indexing.plugged import PluggedDescriber
from scenedex.scenes.cuts import DETECTORS, CutFinder
from scenedex.scenes.plugged import BUILT_IN, PluggedDetector, prepare
from scenedex.testing import picture
from scenedex.types import Description, Pixels

ENCODER = """
import numpy as np
class Plug:
    scenedex_api, modality, revision, dim = 1, "visual", "r1", 3
    def embed_pictures(self, pictures):
        return [[1.0, 2.0, 2.0]] * len(pictures)
    def embed_texts(self, texts):
        return np.array([[0.0, 0.0, float(len(text) - 1)] for text in texts])
"""
DETECTOR = """
class Plug:
    scenedex_api = 1
    def push(self, t_s, picture):
        return {cuts}
"""
ANNOTATION = """
from scenedex.types import Description
class Plug:
    scenedex_api = 1
    def describe(self, pictures):
        return {said}
"""
RED: Pixels = picture((200, 40, 40), (96, 64))


def encoder(patch: pytest.MonkeyPatch, folder: Path, code: str = ENCODER) -> str:
    return install(patch, folder, "scenedex.encoders", "odd", code)


def eyes(timeout_s: float = 10.0) -> PluggedEyes:
    return PluggedEyes(plugged("odd", "visual", timeout_s))


def test_nothing_is_imported_that_nobody_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = encoder(monkeypatch, tmp_path)
    (found,) = plugins.installed("encoder")
    assert (found.name, found.package, found.version, found.trouble) == ("odd", module, "2.5", None)
    assert plugins.find("encoder", "odd") == found
    assert plugins.installed("detector") == []
    assert module not in sys.modules
    plugins.load("encoder", "odd")
    assert module in sys.modules


def test_names_that_cannot_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    encoder(monkeypatch, tmp_path)
    encoder(monkeypatch, tmp_path)
    install(monkeypatch, tmp_path, "scenedex.encoders", "Not/A Name", ENCODER)
    found = plugins.installed("encoder")
    assert ["2 packages" in (one.trouble or "") for one in found] == [False, True, True]
    assert "lower case" in (found[0].trouble or "")
    with pytest.raises(EncoderPluginError, match="2 packages offer that name"):
        plugins.load("encoder", "odd")
    with pytest.raises(NotFoundError, match="no encoder 'even'"):
        plugins.load("encoder", "even")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import surely_not_installed", "cannot be imported: ModuleNotFoundError"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit"),
        ("Pug = 1", "cannot be imported: AttributeError"),
        (ENCODER.replace("scenedex_api", "other"), "version None of plug-ins"),
        (ENCODER.replace("= 1,", "= 2,"), "version 2 of plug-ins.*knows version 1"),
        (
            ENCODER + "\n    def __init__(self): raise OSError('no\\nweights')",
            "cannot be made: OSError: no weights",
        ),
        (ENCODER.replace('"visual"', '"smell"'), "modality 'smell'"),
        (ENCODER.replace('"r1"', '"a revision"'), "revision 'a revision'"),
        (ENCODER.replace("3\n", "40000\n"), "dimension 40000"),
        (ENCODER.replace("3\n", "True\n"), "dimension True"),
        (ENCODER.replace("embed_pictures", "embed_images"), "no method `embed_pictures`"),
        (ENCODER.replace('"visual"', '"text"'), "is for text, not for visual"),
    ],
)
def test_an_encoder_that_is_none_is_named(
    code: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    encoder(monkeypatch, tmp_path, code)
    with pytest.raises(EncoderPluginError, match=f"encoder 'odd' of the package plug.* 2.5 .*{said}"):
        eyes()


def test_pictures_and_texts_become_unit_vectors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    encoder(monkeypatch, tmp_path)
    made = eyes()
    assert (made.space.name, made.space.modality, made.space.dim) == ("odd@r1", "visual", 3)
    seen, none = made.embed_pictures([RED, b"no picture"])
    assert seen.vector == pytest.approx(np.array([1, 2, 2]) / 3)
    assert seen.metadata["pretrained"].endswith(" 2.5")
    assert isinstance(none.error, PictureError)
    words, nothing, blank = made.embed(["words", "x", "  "])
    assert words == pytest.approx([0, 0, 1])
    assert (nothing, blank) == (None, None)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("[[1.0, 2.0]] * len(pictures)", "shape .1, 2., .1, 3. is expected"),
        ("[[1.0, 2.0, 3.0]] * 7", "shape .7, 3."),
        ("[[float('nan'), 1.0, 1.0]]", "no direction"),
        ("[[float('inf'), 1.0, 1.0]]", "no direction"),
        ("[[0.0, 0.0, 0.0]]", "no direction"),
        ("'vectors'", "failed: ValueError"),
        ("None", "failed: TypeError|shape"),
        ("exit()", "failed: SystemExit"),
    ],
)
def test_vectors_that_are_none_are_the_failure_of_their_picture(
    rows: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    encoder(monkeypatch, tmp_path, ENCODER.replace("[[1.0, 2.0, 2.0]] * len(pictures)", rows))
    (seen,) = eyes().embed_pictures([RED])
    assert seen.vector is None
    assert seen.error is not None
    with pytest.raises(EncoderError, match=said):
        raise seen.error


def test_one_picture_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = ENCODER.replace(
        "return [[1.0, 2.0, 2.0]] *", "assert all(p.mean() > 1 for p in pictures); return [[1, 2, 2]] *"
    )
    encoder(monkeypatch, tmp_path, code)
    good, bad, other = eyes().embed_pictures([RED, np.zeros_like(RED), RED])
    assert (good.error, other.error) == (None, None)
    assert "AssertionError" in str(bad.error)


def test_one_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "import threading\nGO = threading.Event()\n" + ENCODER.replace(
        "return [[1.0", "GO.wait(30) if len(pictures) > 1 else None; return [[1.0"
    )
    module = encoder(monkeypatch, tmp_path, code)
    made = eyes(timeout_s=0.05)
    assert made.embed_pictures([RED])[0].error is None  # from now on the limit counts
    late = made.embed_pictures([RED, RED])
    assert isinstance(late[0].error, EncoderTimeoutError)
    with pytest.raises(EncoderError, match="busy"):
        made.embed(["words"])
    sys.modules[module].GO.set()


def test_a_model_of_texts_has_queries_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = ENCODER.replace('"visual"', '"text"').replace("embed_pictures(self, p", "embed_queries(self, p")
    encoder(monkeypatch, tmp_path, code)
    engine = plugged("odd", "text", 5.0)
    passages, queries = PluggedTexts(engine), PluggedTexts(engine, engine.queries)
    assert passages.embed(["words"])[0] == pytest.approx([0, 0, 1])
    assert queries.embed(["words"])[0] == pytest.approx(np.array([1, 2, 2]) / 3)
    assert passages.space == queries.space


@pytest.mark.parametrize(
    ("cuts", "said"),
    [
        ("[99.0]", "99.0 as a cut"),
        ("[float('nan')]", "nan as a cut"),
        ("None", "failed at 0.00 s: TypeError"),
        ("[t_s] if picture.fill(0) else []", "failed at 0.00 s: ValueError"),  # not to be changed
    ],
)
def test_cuts_that_make_no_sense_fail_the_file(
    cuts: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "scenedex.detectors", "jumpy", DETECTOR.format(cuts=cuts))
    with pytest.raises(DetectorError, match=said):
        CutFinder("jumpy").push(0.0, RED)


def test_cuts_too_close_to_one_another_are_flashes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path, "scenedex.detectors", "jumpy", DETECTOR.format(cuts="[t_s]"))
    finder = CutFinder("jumpy")
    times = [number / 10 for number in range(16)]
    assert [cut for t_s in times for cut in finder.push(t_s, RED)] == [0.6, 1.2]
    assert RED.flags.writeable
    assert tmp_path in prepare("jumpy")


def test_a_detector_is_chosen_among_those_that_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert tuple(DETECTORS) == BUILT_IN
    monkeypatch.setenv("SCENEDEX_DETECTOR", "jumpy")
    with pytest.raises(UsageError, match=r"SCENEDEX_DETECTOR: .*no detector 'jumpy'.*histogram"):
        read_settings()
    with pytest.raises(UsageError, match="adaptive, content, hash, histogram"):
        CutFinder("jumpy")
    code = DETECTOR.replace("push", "pull").format(cuts="[]")
    install(monkeypatch, tmp_path, "scenedex.detectors", "jumpy", code)
    assert read_settings().scenedex_detector == "jumpy"
    with pytest.raises(DetectorError, match="no method `push`"):
        PluggedDetector("jumpy", 0.6)
    with pytest.raises(PluginError, match="no method `push`"):
        prepare("jumpy")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("7", "gives int"),
        ("' '", "without a text"),
        ("Description(description='a', tags=(1,))", "without a text"),
        ("1 / 0", "failed: ZeroDivisionError"),
    ],
)
def test_a_description_that_is_none_fails_its_scene(
    said: str, wrong: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, "scenedex.annotations", "chatty", ANNOTATION.format(said=said))
    with pytest.raises(DescriptionError, match=wrong):
        PluggedDescriber("chatty").describe([])
    with pytest.raises(DescriptionError, match="cannot be read"):
        PluggedDescriber("chatty").describe([b"no picture"])


def test_a_description_is_kept_as_any(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = "Description(description='A\\n b ' + 'x' * 9000, tags=('Red', 'red', ' '))"
    install(monkeypatch, tmp_path, "scenedex.annotations", "chatty", ANNOTATION.format(said=said))
    describer = PluggedDescriber("chatty")
    made = describer.describe([])
    assert describer.model == "plugin/chatty@2.5"
    assert isinstance(made, Description)
    assert made.description.startswith("A b")
    assert (len(made.description) <= 2000, made.tags) == (True, ("red",))
