"""When a film was recorded, and when nobody can say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given, strategies
from tests.media import make_clip

from scenedex.media.probe import probe
from scenedex.media.recorded import KEYS, moment, recorded_at
from scenedex.types import Limits

NOW = datetime(2026, 6, 1, tzinfo=UTC)
THEN = datetime(2025, 7, 14, 14, 31, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-14T14:31:02.000000Z",
        "2025-07-14T16:31:02+0200",
        "2025-07-14T16:31:02+02:00",
        "2025-07-14 09:01:02 -05:30",
        "2025-07-14T14:31:02",
        " 2025:07:14 14:31:02 ",
        "2025/07/14 14:31:02",
    ],
)
def test_forms(text: str) -> None:
    assert moment(text) == THEN


@pytest.mark.parametrize(
    "text",
    [
        "", "2025", "2025-07-14", "2025-13-14T00:00:00", "2025-07-32T00:00:00", "2025-07-14T25:00:00",
        "0000-00-00T00:00:00",
        "0001-01-01T00:00:00+0100", "9999-12-31T23:59:59-0100", "2025-07-14T14:31:02+9999", "yesterday",
        "２０２５-07-14T14:31:02x", "2025-07-14T14:31:02Z" * 9,
    ],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1904-01-01T00:00:00.000000Z", "1904-01-01T00:00:00+0900", "1970-01-01T00:00:00Z", "1969-12-31T17:00:00",
        "1970-01-01T01:00:00", "1980-01-01T00:00:00", "2000-01-01T00:00:12Z", "2000-01-01T07:30:00+0900",
        "2001-01-01T00:10:00Z", "2040-02-06T06:28:16Z", "1066-10-14T09:00:00",
    ],
)  # fmt: skip
def test_clocks_that_were_never_set_are_not_believed(text: str) -> None:
    assert moment(text) is not None
    assert recorded_at([{"creation_time": text}], NOW) is None


def test_the_cameras_own_word_goes_first_and_nonsense_is_passed_over() -> None:
    tags = {
        "creation_time": "2025-07-15T00:00:00Z",
        "com.apple.quicktime.creationdate": "2025-07-14T16:31:02+0200",
    }
    assert recorded_at([tags], NOW) == THEN
    tags["com.apple.quicktime.creationdate"] = "1904-01-01T00:00:00Z"
    assert recorded_at([tags], NOW) == datetime(2025, 7, 15, tzinfo=UTC)
    assert recorded_at([{"date": "2025"}, {"DATE_RECORDED": "2025-07-14 14:31:02"}], NOW) == THEN
    assert recorded_at([], NOW) is None


@given(texts=strategies.lists(strategies.text(), max_size=3))
def test_any_text_is_a_time_or_none(texts: list[str]) -> None:
    found = recorded_at([dict(zip(KEYS, texts, strict=False))], NOW)
    assert found is None or found < NOW + timedelta(days=1)


def test_a_film_says_when_it_was_recorded(tmp_path: Path) -> None:
    plain, dated = make_clip(tmp_path / "plain.mp4", 0.2), tmp_path / "dated.mov"
    with av.open(str(plain)) as source, av.open(str(dated), "w") as target:
        target.metadata["creation_time"] = "2025-07-14T14:31:02.000000Z"
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert probe(dated, Limits()).recorded_at == THEN
    assert probe(plain, Limits()).recorded_at is None
