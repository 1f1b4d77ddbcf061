"""Tags, notes and bins of scenes leave with an export, and come back with the videos that are new."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.integration.library.captioned import Film

from scenedex import Library
from scenedex.errors import ExchangeError
from scenedex.store.bins import MAX_SCENES
from scenedex.testing import shots_clip
from scenedex.types import LATER, Filters

Said = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def people(made: Film, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """An owner with two films of two scenes, and something said about three of these."""
    folder = tmp_path_factory.mktemp("films")
    shots_clip(folder / "a.mp4", (0.6, 0.6))
    shots_clip(folder / "b.mp4", (0.7, 0.7))
    library = made.library.of(UUID(int=901))
    library.add(folder, complete=False)
    library.marks.tag("a.mp4:0", add=["hero", "été"])
    library.marks.tag("b.mp4:1", add=["hero"])
    library.marks.note("a.mp4:0", "The Ptarmigan takes off.", "ann")
    library.marks.note("a.mp4:0", "Wind noise.")
    library.bins.make("Act 1", ["b.mp4:1", "a.mp4:0", "b.mp4:0"])
    library.bins.make("Ends", ["a.mp4:1"])
    library.bins.make("empty")
    return library


@pytest.fixture(scope="module")
def exported(people: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "out"
    people.export_parquet(folder)
    return folder


@pytest.fixture
def other(made: Film) -> Iterator[Library]:
    """Another owner, with nothing."""
    library = made.library.of(UUID(int=902))
    yield library
    for video in library.videos():
        library.forget(video.id)
    for each in library.bins.page()[0]:
        library.bins.remove(each.id)


def said(library: Library) -> Said:
    """All that is said about scenes, without ids."""
    found: Said = {}
    for video in sorted(library.videos(), key=lambda one: one.name):
        found[video.name] = [
            (one.scene, one.tags, [(note.text, note.made_by, note.made_at) for note in one.notes])
            for one in library.marks.of_video(video.id)
        ]
    for each in library.bins.page()[0]:
        found[each.name] = [(card.video, card.scene.index) for card in library.bins.scenes(each.id)]
    return found


def taken(library: Library, folder: Path) -> int:
    report = library.import_parquet(folder, find_files=False)
    assert report.refused == ()
    return report.imported


def changed(exported: Path, target: Path, name: str, change: Callable[[dict[str, list[Any]]], None]) -> Path:
    """The export with one table changed."""
    folder = Path(shutil.copytree(exported, target))
    table = pq.read_table(folder / f"{name}.parquet")
    columns = table.to_pydict()
    change(columns)
    pq.write_table(pa.table(columns, schema=table.schema), folder / f"{name}.parquet")
    return folder


def put(column: str, value: Any, row: int = 0) -> Callable[[dict[str, list[Any]]], None]:
    def change(columns: dict[str, list[Any]]) -> None:
        columns[column][row] = value

    return change


def test_what_is_said_comes_along(people: Library, other: Library, exported: Path, tmp_path: Path) -> None:
    assert taken(other, exported) == 2
    expected = said(people)
    assert expected["Act 1"] == [("b.mp4", 1), ("a.mp4", 0), ("b.mp4", 0)]
    assert expected["a.mp4"][0][1] == ("hero", "été")
    assert expected.pop("empty") == []  # nothing of a video is in it
    assert said(other) == expected
    wanted = Filters(scene_tags=("hero",))
    for query, filters in (("Ptarmigan", Filters()), ("a.mp4", wanted)):
        hits = [library.search(query, filters=filters, weaker=True).hits for library in (people, other)]
        found = [[(hit.video, hit.scene) for hit in some] for some in hits]
        assert found[0] == found[1] != []
    note = other.marks.of("a.mp4:0").notes[0]
    other.marks.change_note("a.mp4:0", note.id, None)
    assert len(other.marks.of("a.mp4:0").notes) == 1
    assert said(people)["a.mp4"][0][2][0][0] == "The Ptarmigan takes off."


def test_the_tables_come_back_row_by_row(
    people: Library, made: Film, other: Library, exported: Path, tmp_path: Path
) -> None:
    taken(other, exported)
    other.export_parquet(tmp_path / "again")
    ids = {
        str(one.id): one.name for library in (people, other) for one in library.videos()
    }  # of another owner
    for name in LATER:
        both = []
        for folder in (exported, tmp_path / "again"):
            table = pd.read_parquet(folder / f"{name}.parquet")
            table["video_id"] = table["video_id"].map(ids)
            both.append(table.sort_values(["video_id", "scene", "t_s"], kind="stable").reset_index(drop=True))
        assert len(both[0]) > 1
        pd.testing.assert_frame_equal(both[0], both[1])


def test_importing_again_changes_nothing(other: Library, exported: Path) -> None:
    taken(other, exported)
    other.marks.tag("a.mp4:0", remove=["hero"])
    other.bins.take_out("Act 1", ["b.mp4:0"])
    before = said(other)
    assert taken(other, exported) == 0
    assert said(other) == before


def test_a_video_that_was_forgotten_comes_back_with_its_places(
    people: Library, other: Library, exported: Path
) -> None:
    taken(other, exported)
    other.remove("a.mp4")
    assert said(other)["Act 1"] == [("b.mp4", 1), ("b.mp4", 0)]
    assert taken(other, exported) == 1
    assert said(other)["Act 1"] == said(people)["Act 1"]
    assert said(other)["a.mp4"] == said(people)["a.mp4"]


def test_scenes_follow_those_of_a_bin_of_that_name(other: Library, exported: Path, tmp_path: Path) -> None:
    shots_clip(tmp_path / "c.mp4", (1.0, 1.0))
    other.add(tmp_path / "c.mp4", complete=False)
    mine = other.bins.make("ACT 1", ["c.mp4:1", "c.mp4:0"])
    taken(other, exported)
    assert said(other)["ACT 1"] == [("c.mp4", 1), ("c.mp4", 0), ("b.mp4", 1), ("a.mp4", 0), ("b.mp4", 0)]
    assert other.bins.find("act 1").id == mine.id
    assert "Act 1" not in said(other)


def test_exports_of_before_are_read(other: Library, exported: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(exported, tmp_path / "older"))
    manifest = json.loads((folder / "scenedex.json").read_text())
    for name in LATER:
        del manifest["tables"][name]
        (folder / f"{name}.parquet").unlink()
    (folder / "scenedex.json").write_text(json.dumps(manifest))
    assert taken(other, folder) == 2
    assert said(other) == {"a.mp4": [], "b.mp4": []}


def test_a_table_that_is_named_and_missing_is_missed(other: Library, exported: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(exported, tmp_path / "half"))
    (folder / "scene_notes.parquet").unlink()
    with pytest.raises(ExchangeError, match=r"no file 'scene_notes\.parquet'"):
        other.import_parquet(folder)


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("scene_tags", put("scene", 7), "It has 2 scenes, and tags, notes or bins of scene 7"),
        ("scene_tags", put("t_s", 99.0), "of scene 0, and of 99 s, which is not in that scene"),
        ("scene_tags", put("t_s", float("nan")), "The time of a mark is nan"),
        ("scene_tags", put("tag", " \0 "), "A tag may not be blank"),
        ("scene_tags", put("tag", "x" * 65), "A tag has 64 characters at most"),
        ("scene_notes", put("text", "x" * 5_000), "at most, this one has 5,000"),
        ("scene_notes", put("text", "x" * 20_000), "longer than any that is kept"),
        ("scene_notes", put("text", "\n\t"), "says something"),
        ("bin_scenes", put("bin_id", "../1"), "'../1' is no id of a bin"),
        ("bin_scenes", put("bin", ""), "A name is missing"),
        ("bin_scenes", put("bin", "x" * 201), "The name has 201 characters"),
        ("bin_scenes", put("position", -1), "A place in a bin is -1"),
        ("bin_scenes", put("position", 2**40), "A place in a bin is 1099511627776"),
    ],
)
def test_what_makes_no_sense_is_said_of_its_video_alone(
    other: Library, exported: Path, tmp_path: Path, name: str, change: Any, why: str
) -> None:
    folder = changed(exported, tmp_path / "odd", name, change)
    for dry_run in (True, False):
        report = other.import_parquet(folder, find_files=False, dry_run=dry_run)
        assert [refusal.video for refusal in report.refused] in (["a.mp4"], ["b.mp4"])
        assert why in report.refused[0].reason
        assert report.imported == 1
        assert len(other.videos()) == (0 if dry_run else 1)


def test_a_bin_takes_no_more_than_it_can(other: Library, exported: Path, tmp_path: Path) -> None:
    shots_clip(tmp_path / "c.mp4", (0.4,))
    other.add(tmp_path / "c.mp4", complete=False)
    mine = other.bins.make("Ends", ["c.mp4:0"])
    with other.transaction() as tx:
        tx.execute(
            """insert into bin_scenes (owner_id, bin_id, video_id, t_s, position)
            select %(owner)s, %(bin)s, %(video)s, n * 1e-6, n from generate_series(1, %(more)s) n""",
            {
                "bin": mine.id,
                "video": other.listed_video(other.videos()[0].id).video.id,
                "more": MAX_SCENES - 1,
            },
        )
    report = other.import_parquet(exported, find_files=False)
    assert [refusal.video for refusal in report.refused] == ["a.mp4"]
    assert "'Ends' would have 1,001 scenes" in report.refused[0].reason
    other.bins.rename(mine.id, "Ends of before")
    assert taken(other, exported) == 1
    assert said(other)["Ends"] == [("a.mp4", 1)]


def test_an_export_of_one_video_has_what_is_said_of_it_alone(people: Library, tmp_path: Path) -> None:
    people.export_parquet(tmp_path / "one", videos=["a.mp4"])
    assert list(pd.read_parquet(tmp_path / "one" / "scene_tags.parquet")["tag"]) == ["hero", "été"]
    places = pd.read_parquet(tmp_path / "one" / "bin_scenes.parquet")
    assert sorted(places["bin"]) == ["Act 1", "Ends"]
