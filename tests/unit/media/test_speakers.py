"""Whom subtitles name: docs/speakers.md as a table."""

import re
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenedex.media.closed_captions import ClosedCaptions
from scenedex.media.markup import ass_event_name
from scenedex.media.probe import probe
from scenedex.media.sidecars import read_sidecar
from scenedex.media.speakers import MAX_LINES, speaker_name, speakers, voice_of
from scenedex.media.subtitles import embedded_captions
from scenedex.types import MAX_SPEAKER, Limits

ONCE = [
    ("JOHN: Hello.", "JOHN"),
    ("John: Hello.", "John"),
    ("JOHN :  Hello, you.", "JOHN"),
    ("JOHN:\nHello.", "JOHN"),
    ("Mr. Smith: Hello.", "Mr. Smith"),
    ("J. R. Ewing: Hello.", "J. R. Ewing"),
    ("Ludwig van Beethoven: Louder!", "Ludwig van Beethoven"),
    ("Jean-Luc O'Neill: Hello.", "Jean-Luc O'Neill"),
    ("MAN 2: Hello.", "MAN 2"),
    ("GUARD #1: Hello.", "GUARD #1"),
    ("WILL: I said so.", "WILL"),
    ("JOHN (whispering): Hello.", "JOHN"),
    ("JOHN [on phone]: Hello.", "JOHN"),
    (">> JOHN: Hello.", "JOHN"),
    ("– Élodie: Bonjour.", "Élodie"),
    ("存：你好", "存"),
    ("존: 안녕.", "존"),
    ("존:안녕.", "존"),
    ("철수 엄마: 안녕.", None),
    ("아나운서들: 안녕.", None),
    ("- JOHN: Hello.\n- MARY: Hi.", "JOHN"),
    ("- Hello.\n- MARY: Hi.", "MARY"),
    ("It is over.\nMARY: Why?", "MARY"),
    ("I have seen\nParis: it was wonderful.", None),
    ("[Mary] Hello.", None),
    ("[APPLAUSE]", None),
    ("(laughs)", None),
    ("(Mary) Hello.", None),
    ("NOTE: this is fiction", None),
    ("WARNING: Flashing lights", None),
    ("TITLE: The End of it", None),
    ("Subtitles by Jane: enjoy", None),
    ("BREAKING NEWS: a storm", None),
    ("Chapter 1: The Storm rises", None),
    ("Remember: never run.", None),
    ("The Answer: forty-two.", None),
    ("Step One: run", None),
    ("참고: 이것은 소설이다", None),
    ("문제는: 돈이다", None),
    ("결론은 바로 이것이다: 뛰어", None),
    ("注意: 危険", None),
    ("There is one thing: go.", None),
    ("He said that: go.", None),
    ("Everybody Who Knows Him: go.", None),
    ("Stop. Look: there.", None),
    ("12:30", None),
    ("At 12: we leave.", None),
    ("It is 12:30 now", None),
    ("John 3:16", None),
    ("John:3", None),
    ("http://example.org", None),
    ("HTTP: a protocol", None),
    ("Http://example.org", None),
    ("john: hello", None),
    ("Q: why?", None),
    ("JOHN:", None),
    ("- JOHN:", None),
    (": hello", None),
    ("♪ Sing: la la ♪", None),
    ("JOHN & MARY: hello", None),
    ("Abcdefghijklmnopqrstuvwxyz Abcdefgh: too long", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "speaker"), ONCE)
def test_a_caption_alone(text: str, speaker: str | None) -> None:
    assert speakers([(None, text), (None, "what somebody else says")])[0] == speaker


def told() -> list[tuple[str, str | None]]:
    """The rows of the page that are about one caption, whole."""
    page = Path(__file__).parents[3] / "docs" / "speakers.md"
    rows = re.findall(r"^\| ((?:`[^`]+` ?)+)\| ([^|]*) ?\|", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [("\n".join(re.findall("`([^`]+)`", said)), name.strip() or None) for said, name in rows]


@pytest.mark.parametrize(("markup", "speaker"), told())
def test_the_page_tells_the_truth(markup: str, speaker: str | None) -> None:
    assert speakers([(voice_of(markup), markup), (None, "what somebody else says")])[0] == speaker


def test_the_page_has_rows() -> None:
    assert len(told()) >= 12


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["[Mary] Hello.", "[MARY] Bye."], ["Mary", "MARY"]),
        (["[Mary] Hello.", "and", "Mary: Bye."], ["Mary", None, "Mary"]),
        (["[Mary]: Hello.", "- So?\n- [Mary] Bye."], ["Mary", "Mary"]),
        (["[LAUGHS] Hello.", "[LAUGHS] so"], [None, None]),
        (["[Speaking French] Bon.", "[Speaking French] Oui."], [None, None]),
        (["[Rex]", "[Rex] Sit.", "[Rex] Up."], [None, None, None]),
        (["[박수] 안녕", "[박수] 그래"], [None, None]),
        (["[마리] 안녕", "[마리] 그래"], ["마리", "마리"]),
        (["아나운서들: 안녕", "아나운서들: 그래"], ["아나운서들", "아나운서들"]),
        (["JOHN: HELLO.", "YES."], [None, None]),  # capitals say nothing where there is nothing else
        (["JOHN: HELLO.", "JOHN: YES."], ["JOHN", "JOHN"]),
        (["[note] Hello.", "[note] so"], [None, None]),
    ],
)
def test_what_stands_elsewhere_in_the_track_counts(texts: list[str], expected: list[str | None]) -> None:
    assert speakers([(None, text) for text in texts]) == expected


def test_markup_comes_first_and_vouches_for_brackets() -> None:
    assert speakers([("Ann", "JOHN: I read."), (None, "[ANN] Hello.")]) == ["Ann", "ANN"]


@pytest.mark.parametrize(
    ("markup", "name"),
    [
        ("<v John Smith>Hello", "John Smith"),
        ("<v.loud.first  Mary\t>Hi</v> <v John>Ho", "Mary"),
        ("<v Tom &amp; Ann>Hi", "Tom & Ann"),
        ("<i><v Ann>Hi</i>", "Ann"),
        ("<v>Hi", None),
        ("<v.loud>Hi", None),
        ("<v Note>Hi", None),
        ("<video Ann>Hi", None),
        ("<v " + "x" * (MAX_SPEAKER + 1) + ">Hi", None),
        ("<v \u202e\x00>Hi", None),
        ("<v " * 5000, None),
    ],
)
def test_voices(markup: str, name: str | None) -> None:
    assert voice_of(markup) == name


def test_a_stated_name_needs_a_letter_and_is_no_word_of_the_trade() -> None:
    names = ["Default", "sign", "NTP", "", "  ", "12", "♪", "The Doctor", " Ann\n Lee ", "이은", "Dr. No"]
    found = ["The Doctor", "Ann Lee", "이은", "Dr. No"]
    assert list(filter(None, map(speaker_name, names))) == found


@given(st.text(max_size=200))
def test_what_is_a_name_stays_one(text: str) -> None:
    name = speaker_name(text)
    assert name is None or (speaker_name(name) == name and 0 < len(name) <= MAX_SPEAKER)


@given(st.lists(st.text(alphabet="Aa는존 \n-:：[]()>.3#'é", max_size=80), max_size=5))
def test_any_text_names_somebody_or_nobody(texts: list[str]) -> None:
    found = speakers([(None, text) for text in texts])
    assert len(found) == len(texts)
    assert all(name is None or speaker_name(name) == name for name in found)


def test_only_the_first_lines_of_a_caption_are_looked_at() -> None:
    assert speakers([(None, "- so\n" * MAX_LINES + "- JOHN: Hello.")]) == [None]


def test_events_of_ass_have_a_name() -> None:
    assert ass_event_name(b"0,0,Default,Ann Lee,0,0,0,,Hello, you") == "Ann Lee"
    assert ass_event_name(b"0,0,Default") == ""


FILES = {
    "a.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>JOHN: I read.\n\n00:03.000 --> 00:04.000\nso\n",
    "a.srt": "1\n00:00:01,000 --> 00:00:02,000\nAnn: I read.\n\n2\n00:00:03,000 --> 00:00:04,000\nso\n",
    "a.ass": (
        "[Script Info]\nScriptType: v4.00+\n\n"
        "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,JOHN: I read.\n"
        "Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,so\n"
    ),
    "a.ssa": (
        "[Events]\nFormat: Marked, Start, End, Style, Actor, Text\n"
        "Dialogue: Marked=0,0:00:01.00,0:00:02.00,Default,Ann,I read.\n"
        "Dialogue: Marked=0,0:00:03.00,0:00:04.00,Default,,so\n"
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    captions = read_sidecar(path, Limits())
    assert [caption.speaker for caption in captions] == ["Ann", None]
    assert "I read." in captions[0].text


@pytest.mark.parametrize("name", ["a.vtt", "a.ass"])
def test_tracks(tmp_path: Path, name: str) -> None:
    """FFmpeg's decoder of WebVTT drops voices; that of ASS keeps names."""
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    path = tmp_path / "a.mkv"
    with av.open(str(tmp_path / name)) as source, av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width = video.height = 64
        track = container.add_stream_from_template(source.streams.subtitles[0])
        container.mux(video.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(video.encode(None))
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = track
                container.mux(packet)
    captions = embedded_captions(path, probe(path, Limits()), Limits())
    assert [(caption.text, caption.speaker) for caption in captions] == [
        ("JOHN: I read.", "Ann"),
        ("so", None),
    ]


def test_closed_captions_name_nobody_where_nothing_was_read() -> None:
    assert ClosedCaptions().captions() == ()
