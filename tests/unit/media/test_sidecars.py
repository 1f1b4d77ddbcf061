"""Subtitle files beside a video: finding them, reading them, in any encoding."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.media import shared_media

from scenedex.errors import LimitError, NotFoundError
from scenedex.media.charset import decode_text
from scenedex.media.sidecars import (
    find_sidecars,
    parse_captions,
    read_sidecar,
    read_sidecars,
    sidecar_fingerprint,
)
from scenedex.media.timed_text import seconds
from scenedex.types import Limits

LIMITS = Limits()

WORDS = {
    "ru": ["Привет, как дела?", "Я не знаю, что сказать.", "Мы должны уехать отсюда.", "Он вернётся завтра."],
    "uk": ["Привіт, як справи?", "Я не знаю, що сказати.", "Її звати Олена, їй п'ять років."],
    "ar": ["مرحبا، كيف حالك؟", "لا أعرف ماذا أقول.", "يجب أن نغادر هذا المكان.", "لماذا جئت إلى هنا؟"],
    "ja": ["こんにちは、お元気ですか。", "何と言えばいいのか分からない。", "東京タワーへ行きましょう"],
    "zh": ["你好，你怎么样？", "我不知道该说什么。", "我们必须离开这里。", "他说他明天会回来。"],
    "zh-tw": ["你好，你怎麼樣？", "我不知道該說什麼。", "我們必須離開這裡。", "他說他明天會回來。"],
    "ko": ["안녕하세요, 잘 지내세요?", "뭐라고 말해야 할지 모르겠어요.", "우리는 여기를 떠나야 해."],
    "fr": [
        "Où êtes-vous allé hier ?",
        "C'était très étrange, n'est-ce pas ?",
        "Je préfère le café.",
        "Voilà l'été.",
    ],
    "de": ["Wie heißt du?", "Schöne Grüße aus München.", "Übrigens, er ist müde."],
    "es": ["¿Dónde está el niño?", "Mañana será otro día.", "¡Qué sorpresa!"],
    "pl": ["Gdzie jesteś?", "Mówił, że wróci później.", "Dziękuję bardzo."],
    "cs": ["Přišel jsem pozdě.", "To je přece jasné.", "Říkal, že se vrátí zítra."],
    "el": ["Γεια σου, τι κάνεις;", "Δεν ξέρω τι να πω.", "Πρέπει να φύγουμε από εδώ."],
    "he": ["שלום, מה שלומך?", "אני לא יודע מה לומר.", "אנחנו חייבים לעזוב."],
    "tr": ["Nasılsın, iyi misin?", "Ne söyleyeceğimi bilmiyorum.", "Buradan gitmeliyiz, şimdi."],
    "th": ["สวัสดีครับ สบายดีไหม", "ฉันไม่รู้จะพูดอะไร"],
}
LEGACY = [
    *[("ru", codec) for codec in ("cp1251", "koi8-r", "cp866", "iso8859-5")],
    *[("ar", codec) for codec in ("cp1256", "iso8859-6")],
    *[("ja", codec) for codec in ("euc-jp", "shift_jis", "cp932")],
    *[("zh", codec) for codec in ("gb18030", "gbk", "gb2312")],
    *[("ko", codec) for codec in ("cp949", "euc-kr")],
    *[("fr", codec) for codec in ("cp1252", "latin-1")],
    ("uk", "cp1251"),
    ("zh-tw", "big5"),
    ("de", "cp1252"),
    ("es", "cp1252"),
    ("pl", "cp1250"),
    ("cs", "cp1250"),
    ("el", "cp1253"),
    ("he", "cp1255"),
    ("tr", "cp1254"),
    ("th", "cp874"),
]
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]


def srt(lines: list[str]) -> str:
    cues = []
    for n, line in enumerate(lines, start=1):
        start, end = (
            f"00:{n * 3 // 60:02}:{n * 3 % 60:02},000",
            f"00:{(n * 3 + 2) // 60:02}:{(n * 3 + 2) % 60:02},500",
        )
        cues.append(f"{n}\r\n{start} --> {end}\r\n{line}\r\n")
    return "\r\n".join(cues)


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize(("language", "codec"), LEGACY)
def test_old_encodings_read_back_as_the_same_words(
    tmp_path: Path, language: str, codec: str, times: int
) -> None:
    path = tmp_path / "a.srt"
    lines = WORDS[language] * times
    path.write_bytes(srt(lines).encode(codec))
    captions = read_sidecar(path, LIMITS)
    assert [c.text for c in captions] == lines
    assert [(c.start_s, c.end_s) for c in captions] == [
        (n * 3.0, n * 3 + 2.5) for n in range(1, len(lines) + 1)
    ]


@pytest.mark.parametrize("codec", UNICODE)
@pytest.mark.parametrize("language", WORDS)
def test_unicode_in_every_form(tmp_path: Path, language: str, codec: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(srt(WORDS[language][:1]).encode(codec))
    assert [c.text for c in read_sidecar(path, LIMITS)] == WORDS[language][:1]


@pytest.mark.parametrize(
    ("language", "codec", "line"),
    [
        ("ru", "cp1251", "Да."),
        ("ar", "cp1256", "نعم"),
        ("ja", "euc-jp", "はい"),
        ("ko", "cp949", "네"),
        ("zh", "gb18030", "是"),
        ("he", "cp1255", "כן"),
        ("cs", "cp1250", "Kde jsi byl celý den?"),
    ],
)
def test_the_language_in_the_name_settles_what_is_too_short(language: str, codec: str, line: str) -> None:
    assert decode_text(srt([line]).encode(codec), language) == srt([line])


def test_a_few_stray_bytes_do_not_change_the_encoding() -> None:
    text = srt(WORDS["ru"] * 3)
    raw = text.encode() + b"\xff"
    assert decode_text(raw) == text + "\ufffd"
    assert decode_text(text.encode()[:-3]).startswith(text[:-5])


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_no_bytes_are_too_strange(raw: bytes) -> None:
    for line in parse_captions(decode_text(raw)):
        assert line.text


TEXT = st.lists(
    st.sampled_from(
        [
            *(
                "1",
                "00:00:01,000 --> 00:00:02,000",
                "00:0x:01,000-->",
                "9999:00:00.0 --> 1:2",
                "-->",
                "",
                "words",
            ),
            *("WEBVTT", "NOTE", "[Events]", "Dialogue: 0,0:0:1.0,,,", "Format: Start, Text"),
            *("<i>hm</i>", "{\\p1}m 0 0"),
        ]
    ),
    max_size=30,
)


@given(TEXT)
@settings(max_examples=200, deadline=None)
def test_no_order_of_lines_is_too_strange(lines: list[str]) -> None:
    for line in parse_captions("\n".join(lines)):
        assert line.text
        assert line.start_s >= 0


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("00:00:01,500", 1.5),
        ("1:02:03.25", 3723.25),
        ("02:03.5", 123.5),
        ("2:03", 123.0),
        ("00:00:01:500", 1.5),
        ("00:00:0x,000", 0.0),
        ("00:O1:l0,5", 70.5),
        ("100:00:00,000", 360_000.0),
        ("00:61:00,000", None),
        ("12", None),
        ("", None),
        ("٠٠:٠٠:٠١", None),
        ("99999999999999999999:00:00", None),
    ],
)
def test_clocks(clock: str, expected: float | None) -> None:
    assert seconds(clock) == expected


def rows(text: str) -> list[tuple[float, float | None, str]]:
    return [(line.start_s, line.end_s, line.text) for line in parse_captions(text)]


def test_srt_without_numbers_blank_lines_or_hours() -> None:
    text = (
        "00:01,5 --> 00:02.5\rone\r2\r00:03 --> 00:04\rtwo\r\rthree\r00:00:05.000-->00:00:06,000 X1:10\rfour"
    )
    assert rows(text) == [(1.5, 2.5, "one"), (3.0, 4.0, "two\nthree"), (5.0, 6.0, "four")]


def test_srt_keeps_numbers_that_are_said() -> None:
    said = ["How many?", "42", "1984"]
    assert [row[2] for row in rows(srt(said))] == said


def test_the_broken_srt_of_the_collection() -> None:
    captions = read_sidecar(shared_media("odd") / "syn_bad.srt", LIMITS)
    assert [(c.start_s, c.end_s, c.text) for c in captions] == [
        (0.0, 2.0, "bad time"),
        (3.0, 4.0, "end before start"),
        (4.0, 6.0, "overlap unclosed"),
        (5.0, 7.0, "no blank line before me"),
    ]


def test_webvtt() -> None:
    text = (
        "\ufeffWEBVTT - title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE a remark\nover two lines\n\n"
        "intro-1\n00:01.000 --> 00:02.000 line:0 position:20% align:start\n"
        "<v Mary Ann>Hello &amp; <b.loud>wel<00:01.500>come</b>\n- <lang en>you</lang>\n\n"
        "2\n00:00:03.000 --> 00:00:04.000\n&lt;sigh&gt; 1 < 2\n\nlast\n00:00:08.000 --> 00:00:09.000\nsaid\n"
    )
    assert rows(text) == [
        (1.0, 2.0, "Hello & welcome\n- you"),
        (3.0, 4.0, "<sigh> 1 < 2"),
        (8.0, 9.0, "said"),
    ]


def test_the_real_webvtt() -> None:
    captions = read_sidecar(shared_media("subs") / "mdn_friday.vtt", LIMITS)
    assert [c.text for c in captions][2] == "Tell me, is the lord of the universe in?"
    assert (captions[4].start_s, captions[4].end_s) == (4.3, 6.0)


def test_ass_by_its_format_line() -> None:
    text = (
        "[Script Info]\nTitle: x\n[V4+ Styles]\nFormat: Name, Text\nStyle: a,b\n[Events]\n"
        "Format: Start, End, Style, Text\n"
        "Dialogue: 0:00:01.00,0:00:02.50,Default,{\\an8\\i1}One, two,{comment} three\\Nfour\\hfive\n"
        "Comment: 0:00:02.00,0:00:03.00,Default,not said\n"
        "Dialogue: 0:00:03.00,0:00:04.00,Default,{\\p1}m 0 0 l 100 0{\\p0}\n"
        "Dialogue: 0:00:05.00,0:00:06.00,Default,{\\p2}m 1 1{\\p0}seen\n"
    )
    assert rows(text) == [(1.0, 2.5, "One, two, three\nfour five"), (5.0, 6.0, "seen")]


def test_hostile_text_is_plain_in_the_end() -> None:
    text = (
        "1\n00:00:01,000 --> 00:00:02,000\n{\\an8}<i>a</i>\u202eb\u200f<font color='x>y'>\x07c</font>\x1b[31m  d  \n"
        "<script>e</script> &#x202E; &nbsp;f\n\n2\n00:00:02,000 --> 00:00:03,000\n<i> </i>\u200b\n"
    )
    assert rows(text) == [(1.0, 2.0, "aby'> c [31m d\n<script>e</script> f")]


def test_the_real_srt_and_ass_say_the_same() -> None:
    folder = shared_media("video")
    first = read_sidecar(folder / "openreel_20shots.en.srt", LIMITS)
    second = read_sidecar(folder / "openreel_20shots.en.ass", LIMITS)
    assert len(first) == 25
    assert [c.text for c in first] == [c.text for c in second]
    assert max(abs(a.start_s - b.start_s) for a, b in zip(first, second, strict=True)) < 0.011


def test_which_files_belong_to_a_video(tmp_path: Path) -> None:
    ours = [
        "movie.srt",
        "Movie.EN.SRT",
        "movie.eng.forced.srt",
        "movie.mp4.de.vtt",
        "movie-fr.ass",
        "movie.pt-BR.srt",
    ]
    others = [
        "movie2.srt",
        "movie.part2.srt",
        "movie.txt",
        "amovie.srt",
        "movie.en.srt.bak",
        "movie",
        "moviesrt",
    ]
    for name in ours + others:
        (tmp_path / name).write_text("x")
    (tmp_path / "movie.ko.srt").mkdir()
    found = find_sidecars(tmp_path / "movie.mp4")
    assert sorted(s.path.name for s in found) == sorted(ours)
    languages = {s.path.name: s.language for s in found}
    assert languages == {
        "movie.srt": None,
        "Movie.EN.SRT": "en",
        "movie.eng.forced.srt": "en",
        "movie.mp4.de.vtt": "de",
        "movie-fr.ass": "fr",
        "movie.pt-BR.srt": "pt",
    }


def test_parts_of_a_film_keep_their_own(tmp_path: Path) -> None:
    for name in ("movie.part2.srt", "movie.srt", "movie.part2.en.srt"):
        (tmp_path / name).write_text("x")
    found = [sidecar.path.name for sidecar in find_sidecars(tmp_path / "movie.part2.mp4")]
    assert found == ["movie.part2.en.srt", "movie.part2.srt"]
    assert find_sidecars(tmp_path / "none" / "movie.mp4") == ()


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    stem = os.fsdecode(b"caf\xe9\n$(x)")
    (tmp_path / f"{stem}.en.srt").write_text(srt(["hello"]))
    found = find_sidecars(tmp_path / f"{stem}.mp4")
    assert [s.language for s in found] == ["en"]
    assert len(sidecar_fingerprint(found)) == 32
    assert read_sidecars(found, LIMITS)[0][0].text == "hello"


def test_the_fingerprint_follows_names_sizes_and_times(tmp_path: Path) -> None:
    video, path = tmp_path / "a.mp4", tmp_path / "a.srt"
    prints = [sidecar_fingerprint(find_sidecars(video))]
    path.write_text("one")
    prints.append(sidecar_fingerprint(find_sidecars(video)))
    path.write_text("longer")
    prints.append(sidecar_fingerprint(find_sidecars(video)))
    os.utime(path, ns=(1, 1))
    prints.append(sidecar_fingerprint(find_sidecars(video)))
    path.rename(tmp_path / "a.en.srt")
    prints.append(sidecar_fingerprint(find_sidecars(video)))
    assert prints[0] == ""
    assert len(set(prints)) == 5
    assert sidecar_fingerprint(find_sidecars(video)) == prints[-1]


def test_several_files_are_numbered_within_their_language(tmp_path: Path) -> None:
    (tmp_path / "a.en.srt").write_text(srt(["one", "two"]))
    (tmp_path / "a.eng.ass").write_text(
        "[Events]\nFormat: Start, End, Text\n"
        "Dialogue: 0:00:03.00,0:00:05.50,one\nDialogue: 0:00:30.00,0:00:31.00,three\n"
    )
    (tmp_path / "a.de.srt").write_text(srt(["eins"]))
    (tmp_path / "a.fr.srt").write_text("nothing timed")
    captions, warnings = read_sidecars(find_sidecars(tmp_path / "a.mp4"), LIMITS)
    assert [(c.language, c.index, c.text) for c in captions] == [
        ("de", 0, "eins"),
        ("en", 0, "one"),
        ("en", 1, "two"),
        ("en", 2, "three"),
    ]
    assert warnings == ("Subtitles 'a.fr.srt': no timed text was found in it.",)


def test_limits_and_files_that_went_away(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text(srt(["one", "two", "three"]))
    with pytest.raises(LimitError, match="max_caption_bytes"):
        read_sidecar(path, replace(LIMITS, max_caption_bytes=20))
    with pytest.raises(LimitError, match="max_captions"):
        read_sidecar(path, replace(LIMITS, max_captions=2))
    found = find_sidecars(tmp_path / "a.mp4")
    path.unlink()
    with pytest.raises(NotFoundError):
        read_sidecar(path, LIMITS)
    assert read_sidecars(found, LIMITS) == ([], ("Subtitles 'a.srt': There is no such file.",))


@pytest.mark.parametrize("piece", ["{", "<", "<i ", "\\N", "00:", "1 " * 3, "{\\p1}", "&", "a:", "-->", " "])
def test_long_repetitions_take_no_longer_than_their_length(piece: str) -> None:
    """No pattern backtracks: 400,000 characters of anything are read in well under the test's time limit."""
    text = "1\n00:00:01,000 --> 00:00:02,000\n" + piece * (400_000 // len(piece))
    assert len(rows(text)) <= 1
    rows(f"[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,a,,0,0,0,,{piece * (400_000 // len(piece))}")
