"""Hits and videos as tables."""

import sys
from dataclasses import replace
from fractions import Fraction

import pytest
from tests.unit.types.test_showing import answer, hit, video

from scenedex import to_dataframe
from scenedex.errors import NotInstalledError
from scenedex.types import Evidence
from scenedex.types.frames import HIT_COLUMNS, VIDEO_COLUMNS


def test_hits_are_rows_in_order() -> None:
    heard = hit("<mark>bell</mark>s ring", channels={"audio": Evidence(raw=0.3, calibrated=0.8)}, score=0.4)
    table = to_dataframe([hit("a <mark>red</mark> car"), heard])
    assert tuple(table.columns) == HIT_COLUMNS
    assert list(table["score"]) == [0.5, 0.4]
    assert table["text"][0] == "a red car"
    assert table["text"].isna().tolist() == [False, True]
    assert table["audio"].fillna(-1).tolist() == [-1, 0.8]
    assert answer(hits=3).to_dataframe()["scene"].tolist() == [3, 3, 3]


def test_nothing_found_is_a_table_without_rows() -> None:
    table = answer(hits=0).to_dataframe()
    assert (len(table), tuple(table.columns)) == (0, HIT_COLUMNS)
    assert table["visual"].dtype == table["score"].dtype == "float64"
    assert table["scene"].dtype == "int64"


def test_videos_are_rows() -> None:
    film = replace(video(), frame_rate=Fraction(30000, 1001), paths=("/a", "/b"))
    table = to_dataframe([film, video()])
    assert tuple(table.columns) == VIDEO_COLUMNS
    assert table["frame_rate"][0] == pytest.approx(29.97, abs=0.001)
    assert table["path"][0] == "/a"
    assert table["path"].isna().tolist() == [False, True]
    assert table["added_at"][0].year == 2024
    assert table["tags"][0] == ["a film", "safe"]


def test_without_pandas_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NotInstalledError, match=r"pip install 'scenedex\[notebooks\]'"):
        answer().to_dataframe()
