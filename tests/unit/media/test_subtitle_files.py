"""Captions as subtitle files: what is written can be read again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scenedex.media.subtitle_files import to_srt, to_vtt
from scenedex.media.timed_text import parse_srt, parse_vtt
from scenedex.types import Caption


def caption(start_s: float, end_s: float, text: str) -> Caption:
    return Caption(start_s=start_s, end_s=end_s, text=text, origin="embedded")


TWO = [caption(0.2, 0.9, "We should have\nturned left."), caption(3661.5, 3662.25, "1 < 2 & 3 --> 4")]


def test_subrip() -> None:
    assert to_srt(TWO) == (
        "1\n00:00:00,200 --> 00:00:00,900\nWe should have\nturned left.\n\n"
        "2\n01:01:01,500 --> 01:01:02,250\n1 < 2 & 3 -> 4\n"
    )


def test_webvtt() -> None:
    assert to_vtt(TWO) == (
        "WEBVTT\n\n00:00:00.200 --> 00:00:00.900\nWe should have\nturned left.\n\n"
        "01:01:01.500 --> 01:01:02.250\n1 &lt; 2 &amp; 3 --&gt; 4\n"
    )


def test_webvtt_says_who_speaks() -> None:
    said = [
        replace(TWO[0], speaker="Tom & <Ann>"),
        replace(TWO[1], text="- So?\n- Ann: Yes.\n- No.", speaker="Ann"),
    ]
    assert to_vtt(said) == (
        "WEBVTT\n\n00:00:00.200 --> 00:00:00.900\n<v Tom &amp; &lt;Ann&gt;>We should have\nturned left.\n\n"
        "01:01:01.500 --> 01:01:02.250\n- So?\n<v Ann>- Ann: Yes.</v>\n- No.\n"
    )
    assert [line.speaker for line in parse_vtt(to_vtt(said))] == ["Tom & <Ann>", "Ann"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_can_end_its_cue_or_begin_another(text: str, speaker: str) -> None:
    assert len(list(parse_vtt(to_vtt([replace(caption(1, 2, "a" + text), speaker=speaker)])))) == 1


def test_nothing() -> None:
    assert (to_srt([]), to_vtt([])) == ("", "WEBVTT\n")


@given(st.lists(st.text(max_size=60), max_size=5))
def test_no_text_can_end_its_cue_or_begin_another(texts: list[str]) -> None:
    captions = [caption(10.0 * n, 10.0 * n + 5, text) for n, text in enumerate(texts)]
    starts = [10.0 * n for n in range(len(texts))]
    for written in (to_srt(captions), to_vtt(captions)):
        assert written.count("-->") == len(texts)
        assert [line for line in written.splitlines() if "-->" in line] == [
            line for line in written.split("\n") if "-->" in line
        ]
    for found in (list(parse_srt(to_srt(captions))), list(parse_vtt(to_vtt(captions)))):
        assert {line.start_s for line in found} <= set(starts)
