"""What leaves as Parquet is read by others, and comes back as it was: searches then answer the same."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.demo_run import demo_run
from tests.integration.store.test_database import url_of
from tests.plugged import install

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.errors import ExchangeError, NotFoundError, UsageError
from scenedex.library.corrections import NewCaption
from scenedex.search.as_json import answer_as_json
from scenedex.search.request import Example
from scenedex.store.descriptions import put_description
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.spaces import ensure_space
from scenedex.types import TABLES, ExportReport, Space, StoredDescription

OTHER = UUID(int=77)
QUERIES = (
    "red car",
    "a dog",
    '"the market"',
    "music",
    "what does she say about the harbour",
    "sunset over the sea",
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The film of `scenedex demo`, tagged, described in one scene, with one failure."""
    home = demo_run(tmp_path_factory).library(tmp_path_factory.mktemp("demo") / "home")
    with open_library(settings=Settings(scenedex_home=home)) as library:
        (video,) = library.videos()
        library.tag(str(video.id), ["fine", "été"])
        with library.transaction() as tx:
            scene = library.show(str(video.id))[1][3]
            made = StoredDescription(model="m", description="A scene.", summary="Some", tags=("a", "b"))
            put_description(tx, scene.id, "m", made)
            tx.execute(
                """update captions set speaker = 'Ann Lee', speaker_folded = 'ann lee' where owner_id = %(owner)s
                and start_s = (select min(start_s) from captions where owner_id = %(owner)s)"""
            )
            tx.execute(
                """update embeddings set vector = null, metadata = '{"error": "Timeout"}' where owner_id = %(owner)s
                and space_id = 2 and scene_id = %(scene)s""",
                {"scene": scene.id},
            )
            tx.execute(
                """update scenes set transition = 'dissolve', transition_start_s = start_s - 0.25,
                transition_end_s = start_s + 0.5 where owner_id = %(owner)s and index = 4"""
            )
            tx.execute("update videos set recorded_at = '2019-05-04 03:02:01+00' where owner_id = %(owner)s")
        for query in QUERIES:
            library.search(query)  # measures what is measured once
        yield library


@pytest.fixture(scope="module")
def exported(demo: Library, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExportReport]:
    folder = tmp_path_factory.mktemp("exported") / "out"
    return folder, demo.export_parquet(folder)


@pytest.fixture(scope="module")
def new_library(
    server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Library]]:
    """Make an empty library."""
    names: list[str] = []
    libraries: list[Library] = []
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:

        def make() -> Library:
            names.append(f"exchange_{os.getpid()}_{len(names)}")
            admin.execute(f"create database {names[-1]} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
            settings = Settings(
                database_url=url_of(server, "scenedex_owner", names[-1]),
                scenedex_home=tmp_path_factory.mktemp("new"),
                scenedex_profile="mini",
            )
            libraries.append(open_library(settings=settings))
            return libraries[-1]

        yield make
        for library in libraries:
            library.close()
        for name in names:
            admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def again(new_library: Callable[[], Library], exported: tuple[Path, ExportReport]) -> Library:
    library = new_library()
    report = library.import_parquet(exported[0])
    assert (report.imported, report.unchanged, report.offline, report.refused) == (1, 0, 0, ())
    return library


def answers(library: Library) -> list[dict[str, Any]]:
    scene = library.show(str(library.videos()[0].id))[1][5]
    asked = [library.search(query) for query in QUERIES]
    asked.append(library.search(example=Example(scene=scene.id)))
    return [{**answer_as_json(answer), "took_ms": None} for answer in asked]


def test_searches_answer_the_same(demo: Library, again: Library) -> None:
    there = answers(demo)
    assert sum(len(each["hits"]) for each in there) > 10  # type: ignore[misc]
    assert answers(again) == there
    assert again.videos() == demo.videos()
    assert again.videos()[0].recorded_at == "2019-05-04T03:02:01+00:00"
    assert again.show(str(again.videos()[0].id)) == demo.show(str(demo.videos()[0].id))
    assert again.stats()["embeddings"] == demo.stats()["embeddings"]


def test_every_row_comes_back(demo: Library, again: Library, tmp_path: Path) -> None:
    demo.export_parquet(tmp_path / "one")
    again.export_parquet(tmp_path / "two")
    names = sorted(file.name for file in (tmp_path / "one").glob("*.parquet"))
    assert names == sorted(file.name for file in (tmp_path / "two").glob("*.parquet"))
    for name in names:
        assert pq.read_table(tmp_path / "one" / name).equals(pq.read_table(tmp_path / "two" / name)), name


def test_importing_again_changes_nothing(again: Library, exported: tuple[Path, ExportReport]) -> None:
    before = again.stats()
    report = again.import_parquet(exported[0])
    assert (report.imported, report.unchanged, report.scenes) == (0, 1, 0)
    assert {**again.stats(), "database_bytes": 0} == {**before, "database_bytes": 0}


def test_indexing_the_file_afterwards_finds_it_known(demo: Library, again: Library) -> None:
    (outcome,) = again.add(demo.videos()[0].paths[0]).files
    assert outcome.outcome == "unchanged"


def test_another_owner_gets_videos_of_their_own(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    other = again.of(OTHER)
    assert other.import_parquet(exported[0], find_files=False).imported == 1
    (mine,), (theirs,) = again.videos(), other.videos()
    assert (mine.id, mine.paths) != (theirs.id, theirs.paths)
    assert (theirs.content_hash, theirs.scene_count, theirs.paths) == (
        mine.content_hash,
        mine.scene_count,
        (),
    )
    other.export_parquet(tmp_path / "theirs")
    assert set(pd.read_parquet(tmp_path / "theirs" / "scenes.parquet")["video_id"]) == {str(theirs.id)}
    found = [[(hit.scene, hit.score) for hit in each.search(QUERIES[0]).hits] for each in (again, other)]
    assert found[0] == found[1] != []


def test_a_dry_run_changes_nothing(
    new_library: Callable[[], Library], exported: tuple[Path, ExportReport]
) -> None:
    library = new_library()
    report = library.import_parquet(exported[0], dry_run=True)
    assert (report.imported, report.scenes) == (1, exported[1].rows["scenes.parquet"])
    assert all(space.made for space in report.spaces)
    assert (library.videos(), library.spaces()) == ([], [])


def test_pandas_reads_it(demo: Library, exported: tuple[Path, ExportReport]) -> None:
    folder, report = exported
    assert set(report.rows) == {file.name for file in folder.glob("*.parquet")}
    assert {f"{name}.parquet" for name in TABLES} < set(report.rows)
    captions = pd.read_parquet(folder / "captions.parquet")
    _, scenes = demo.show(str(demo.videos()[0].id))
    assert set(captions["text"]) == {caption.text for scene in scenes for caption in scene.captions}
    assert list(captions["speaker"].dropna()) == ["Ann Lee"]
    videos = pd.read_parquet(folder / "videos.parquet")
    assert list(videos["tags"][0]) == ["fine", "été"]
    assert str(videos["added_at"].dtype).endswith("UTC]")
    spaces = json.loads((folder / "scenedex.json").read_text())["spaces"]
    for space in spaces:
        vectors = pd.read_parquet(folder / space["file"])["vector"].dropna()
        lengths = np.linalg.norm(np.stack(list(vectors)).astype(np.float64), axis=1)
        assert np.allclose(lengths, 1, atol=1e-3)
        assert {len(vector) for vector in vectors} == {space["space"]["dim"]}


def test_duckdb_joins_it(exported: tuple[Path, ExportReport]) -> None:
    folder = exported[0]
    file = next(folder.glob("embeddings-mini-pictures*"))
    rows = duckdb.sql(
        f"""select s.scene, s.start_s, list_cosine_similarity(e.vector, q.vector) as alike
        from '{file}' e join '{folder / "scenes.parquet"}' s using (video_id, scene),
          (select vector from '{file}' where scene = 5) q order by alike desc"""
    ).fetchall()
    assert rows[0][0] == 5
    assert rows[0][2] == pytest.approx(1, abs=1e-3)
    metadata = duckdb.sql(
        f"select decode(value) from parquet_kv_metadata('{file}') where key = 'scenedex.space'"
    )
    assert json.loads(metadata.fetchall()[0][0])["modality"] == "visual"  # type: ignore[arg-type]


def test_vectors_of_32_bits_are_the_same_numbers(
    demo: Library, new_library: Callable[[], Library], exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    demo.export_parquet(tmp_path / "wide", videos=["scenedex-demo.mp4"], float32=True)
    file = next((tmp_path / "wide").glob("embeddings-mini-pictures*"))
    assert pq.read_schema(file).field("vector").type == pa.list_(pa.float32(), 256)
    both = [pq.read_table(folder / file.name)["vector"].to_pylist() for folder in (exported[0], file.parent)]
    assert both[0] == both[1]
    library = new_library()
    library.import_parquet(tmp_path / "wide")
    assert library.stats()["embeddings"] == demo.stats()["embeddings"]


def test_pictures_come_along_where_they_are_wanted(
    demo: Library, again: Library, new_library: Callable[[], Library], tmp_path: Path
) -> None:
    folder = tmp_path / "seen"
    report = demo.export_parquet(folder, pictures=True)
    _, scenes = demo.show("scenedex-demo.mp4")
    keys = {keyframe.object_key for scene in scenes for keyframe in scene.keyframes}
    keys |= {scene.thumbnail_key for scene in scenes if scene.thumbnail_key}
    assert report.rows["pictures.parquet"] == len(keys)
    library = new_library()
    assert library.import_parquet(folder).pictures == len(keys)
    assert {library.picture(key) for key in keys} == {demo.picture(key) for key in keys}
    with pytest.raises(NotFoundError):
        again.picture(min(keys))
    for value, said in ((b"\xff\xd8\xffother", "not what its name says"), (None, "a row without 'jpeg'")):
        rewritten("pictures.parquet", column("jpeg", value, 1))(folder)
        with pytest.raises(ExchangeError, match=said):
            again.of(UUID(int=81)).import_parquet(folder)
    assert again.of(UUID(int=81)).videos() == []


def test_nothing_is_overwritten_and_nothing_half_is_left(
    demo: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="there already"):
        demo.export_parquet(exported[0])
    with pytest.raises(UsageError, match="cannot be written"):
        demo.export_parquet(tmp_path / "no" / "where")

    def stop(step: str, done: int, of: int) -> None:
        if step == "captions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.export_parquet(tmp_path / "half", tell=stop)
    assert list(tmp_path.iterdir()) == []


Change = Callable[[Path], None]


def rewritten(name: str, change: Callable[[pa.Table], pa.Table]) -> Change:
    def do(folder: Path) -> None:
        file = folder / name
        table = pq.read_table(file, pre_buffer=False)
        pq.write_table(change(table), file)

    return do


def column(name: str, value: Any, row: int = 0) -> Callable[[pa.Table], pa.Table]:
    """Another value in one cell."""

    def change(table: pa.Table) -> pa.Table:
        values = table[name].to_pylist()
        values[row] = value
        at = table.schema.get_field_index(name)
        return table.set_column(
            at, table.schema.field(name).with_nullable(True), pa.array(values, table.schema.field(name).type)
        )

    return change


def manifest(change: Callable[[dict[str, Any]], None]) -> Change:
    def do(folder: Path) -> None:
        said = json.loads((folder / "scenedex.json").read_text())
        change(said)
        (folder / "scenedex.json").write_text(json.dumps(said))

    return do


def cut(folder: Path) -> None:
    file = folder / "scenes.parquet"
    file.write_bytes(file.read_bytes()[:-100])


def flipped(folder: Path) -> None:
    file = folder / "captions.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 8] ^= 0xFF
    file.write_bytes(bytes(data))


def pictures(table: pa.Table) -> pa.Table:
    flat = pa.array(np.zeros(table.num_rows * 8, np.float16))
    at = table.schema.get_field_index("vector")
    return table.set_column(at, "vector", pa.FixedSizeListArray.from_arrays(flat, 8))


SPACE = "embeddings-mini-pictures@d358cfb1.parquet"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cut, "scenes.parquet is no whole Parquet file"),
        (flipped, r"captions.parquet is (damaged|no whole)"),
        (lambda folder: (folder / "terms.parquet").unlink(), "no file 'terms.parquet'"),
        (rewritten("scenes.parquet", lambda t: t.drop_columns(["start_s"])), "no columns 'start_s'"),
        (
            rewritten("scenes.parquet", lambda t: t.set_column(3, "start_s", pa.array(["x"] * t.num_rows))),
            "'start_s' is of the type string, which is no float",
        ),
        (rewritten("scenes.parquet", lambda t: t.slice(1)), "has 21 rows, and the manifest says 22"),
        (
            rewritten("captions.parquet", column("video_id", "zzz", 3)),
            "the video 'zzz', which is not in videos",
        ),
        (rewritten("captions.parquet", column("text", None, 3)), "a row without 'text'"),
        (rewritten("captions.parquet", column("video_id", None)), "a row without 'video_id'"),
        (rewritten(SPACE, pictures), "vectors have 8 dimensions, and those of mini-pictures.* have 256"),
        (manifest(lambda said: said["spaces"][0].update(file="../../x.parquet")), "none of an export"),
        (manifest(lambda said: said.update(format=2)), "of the format 2"),
        (manifest(lambda said: said["tables"].pop("terms")), "names no table 'terms'"),
        (lambda folder: (folder / "scenedex.json").write_text("[" * 100_000), "cannot be read"),
    ],
)
def test_an_export_that_is_none_is_refused_whole(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path, change: Change, said: str
) -> None:
    folder = shutil.copytree(exported[0], tmp_path / "bad")
    change(folder)
    with pytest.raises(ExchangeError, match=said):
        again.of(UUID(int=78)).import_parquet(folder)
    assert again.of(UUID(int=78)).videos() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rewritten("scenes.parquet", column("start_s", 1.0, 4)), "overlap by"),
        (rewritten("scenes.parquet", column("end_s", 500.0, 21)), None),
        (rewritten("scenes.parquet", column("start_s", float("nan"), 4)), "which is no number of 0 or more"),
        (rewritten("scenes.parquet", column("scene", 9, 4)), "not counted from 0"),
        (rewritten("scenes.parquet", column("thumbnail", "../../../etc/passwd")), "names no picture"),
        (rewritten("files.parquet", column("path", "/films/../etc/passwd")), "without '..'"),
        (rewritten("files.parquet", column("path", "film.mp4")), "must be absolute"),
        (rewritten("files.parquet", column("mtime_ns", -(2**63))), "no number from -4611686018427387904"),
        (rewritten("videos.parquet", column("content_hash", "x")), "no content hash"),
        *(
            (rewritten("videos.parquet", column("media", media)), f"makes no sense at '{place}'")
            for media, place in (
                ('{"audio": 3}', "audio"),
                ('{"audio": [{}]}', "audio.0.index"),
                ('{"video": "x"}', "video"),
                ('{"video": {"base_rate": "1/0"}}', "video.base_rate"),
                ('{"video": {"first_s": Infinity}}', "video.first_s"),
                ('{"timecode": 5}', "timecode"),
            )
        ),
        (
            rewritten("captions.parquet", column("measures", f'{{"a": 1{"0" * 400}}}')),
            "A measure of a caption is inf",
        ),
        (rewritten("captions.parquet", column("measures", '{"a": NaN}')), "A measure of a caption is nan"),
        (rewritten("captions.parquet", column("origin", "rumour")), "origin is 'rumour'"),
        (rewritten("captions.parquet", column("speaker", "Ann\n\nLee")), "a name that none has"),
        (rewritten("captions.parquet", column("speaker", "x" * 65)), "a name that none has"),
        (rewritten("terms.parquet", column("scene", 99)), "and rows of scene 99"),
        (rewritten("scenes.parquet", column("transition", "wipe")), "there are cut, dissolve, fade"),
        (rewritten("scenes.parquet", column("transition_end_s", -1.0)), "transition"),
        (rewritten("scenes.parquet", column("transition_start_s", 1e9)), "transition"),
        (rewritten(SPACE, column("metadata", "nonsense")), "is no JSON"),
        (rewritten(SPACE, column("ordinal", 70_000)), "no number from 0 to 32767"),
    ],
)
def test_a_video_that_is_odd_is_refused_alone(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path, change: Change, said: str | None
) -> None:
    folder = shutil.copytree(exported[0], tmp_path / "bad")
    change(folder)
    report = again.of(UUID(int=79)).import_parquet(folder, find_files=False, dry_run=said is None)
    assert [refusal.video for refusal in report.refused] == ([] if said is None else ["scenedex-demo.mp4"])
    assert said is None or said in report.refused[0].reason
    assert again.of(UUID(int=79)).videos() == []


def test_transitions_come_back_and_exports_without_them_are_read(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    begins = again.show(str(again.videos()[0].id))[1][4].transition
    assert begins is not None
    assert (begins.kind, begins.at_s - begins.start_s, begins.end_s - begins.at_s) == ("dissolve", 0.25, 0.5)
    folder = shutil.copytree(exported[0], tmp_path / "older")
    names = ["transition", "transition_start_s", "transition_end_s"]
    rewritten("scenes.parquet", lambda table: table.drop_columns(names))(folder)
    other = again.of(UUID(int=83))
    assert other.import_parquet(folder, find_files=False).imported == 1
    assert {scene.transition for scene in other.show(str(other.videos()[0].id))[1]} == {None}


def test_exports_of_before_and_files_of_before_1970(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    folder = shutil.copytree(exported[0], tmp_path / "older")
    rewritten("videos.parquet", lambda table: table.drop_columns(["recorded_at"]))(folder)
    rewritten("files.parquet", column("mtime_ns", -86_400_000_000_000))(folder)
    other = again.of(UUID(int=82))
    assert other.import_parquet(folder, find_files=False).imported == 1
    assert other.videos()[0].recorded_at is None
    with other.transaction() as tx:
        assert tx.execute("select mtime_ns, missing from files where owner_id = %(owner)s") == [
            {"mtime_ns": -86_400_000_000_000, "missing": True}
        ]


STRANGER = """
class Plug:
    scenedex_api, modality, revision, dim = 1, "visual", "1", 256

    def embed_texts(self, texts):
        return [[1.0] * 256 for text in texts]

    embed_pictures = embed_texts
"""


def test_captions_leave_as_they_are_shown(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    people, others = again.of(UUID(int=83)), again.of(UUID(int=84))
    people.import_parquet(exported[0], find_files=False)
    film = people.videos()[0].id
    first, second, *_ = people.corrections.list(film)
    people.corrections.correct(film, first.id, "Quetzalcoatl.")
    people.corrections.delete(film, second.id)
    people.corrections.add(film, NewCaption(start_s=1.0, end_s=2.0, text="Popocatepetl."))
    people.marks.note(people.show(str(film))[1][2].id, "Xochimilco.")
    people.export_parquet(tmp_path / "corrected")
    others.import_parquet(tmp_path / "corrected", find_files=False)
    entries = others.corrections.list(others.videos()[0].id)
    texts = [entry.caption.text for entry in entries]
    assert {"Quetzalcoatl.", "Popocatepetl."} < set(texts)
    assert len(texts) == exported[1].rows["captions.parquet"]
    assert {entry.state for entry in entries} == {"original"}  # what was there before did not come along
    for word in ("Quetzalcoatl", "Popocatepetl", "Xochimilco"):
        assert (
            [hit.scene for hit in others.search(word).hits]
            == [hit.scene for hit in people.search(word).hits]
            != []
        )
    (note,) = others.marks.of(others.show(str(others.videos()[0].id))[1][2].id).notes
    assert note.text == "Xochimilco."
    added = next(entry for entry in entries if entry.caption.text == "Popocatepetl.")
    others.corrections.add(others.videos()[0].id, NewCaption(start_s=3.0, end_s=4.0, text="Iztaccihuatl."))
    others.corrections.correct(others.videos()[0].id, added.id, "Citlaltepetl.")
    texts = [entry.caption.text for entry in others.corrections.list(others.videos()[0].id)]
    assert {"Citlaltepetl.", "Iztaccihuatl.", "Quetzalcoatl."} < set(texts)


def test_an_export_chooses_no_plug_in(
    new_library: Callable[[], Library],
    exported: tuple[Path, ExportReport],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = install(monkeypatch, tmp_path, "scenedex.encoders", "stranger", STRANGER)
    folder = shutil.copytree(exported[0], tmp_path / "from-elsewhere")
    rewritten(SPACE, lambda table: table.replace_schema_metadata({}))(folder)
    mini = next(
        each["space"]
        for each in json.loads((folder / "scenedex.json").read_text())["spaces"]
        if each["file"] == SPACE
    )
    change = {"name": "stranger@1", "model": "stranger", "revision": "1"}
    manifest(lambda said: [each["space"].update(change) for each in said["spaces"] if each["file"] == SPACE])(
        folder
    )
    library = new_library()
    library.import_parquet(folder)
    ensure_space(library.database, Space(**{**mini, "state": "building"}))
    assert library.profile().visual == "mini-pictures"
    answer = library.search("red car")
    assert "only an import has named" in " ".join(answer.degraded)
    assert module not in sys.modules
    library.use("stranger")
    assert library.search("red car").degraded == ()
    assert module in sys.modules
    assert library.profile().visual == "stranger"
    library = new_library()
    library.use("stranger")  # before the import: it stays chosen
    library.import_parquet(folder)
    assert library.search("red car").degraded == ()


def test_vectors_that_are_none_are_counted(
    again: Library, exported: tuple[Path, ExportReport], tmp_path: Path
) -> None:
    folder = shutil.copytree(exported[0], tmp_path / "odd")
    rewritten(SPACE, column("vector", [0.0] * 256, 2))(folder)
    rewritten(SPACE, column("vector", [float("nan")] * 256, 4))(folder)
    rewritten(SPACE, column("vector", [2.0] * 256, 6))(folder)
    report = again.of(UUID(int=80)).import_parquet(folder, find_files=False)
    (space,) = [each for each in report.spaces if each.source == SPACE]
    assert (space.refused, space.vectors) == (2, exported[1].rows[SPACE] - 2)


def test_what_is_no_folder_of_ours(again: Library, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="holds no export"):
        again.import_parquet(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is no folder"):
        again.import_parquet(tmp_path / "file")
