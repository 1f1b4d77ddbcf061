"""Entities and baselines over a drawn film that the mini model has seen, in parts too."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from PIL import Image

from scenedex import Library
from scenedex.config import Settings
from scenedex.demo.film import draw_film
from scenedex.demo.shot import Cast, Shot
from scenedex.errors import EncoderError, NotFoundError, PictureError, UsageError
from scenedex.indexing.backfill_report import Order
from scenedex.library.crops import Cutout
from scenedex.library.entities import Asked
from scenedex.library.timeline import Heat
from scenedex.store.database import Statements
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.entities import MAX_EXAMPLES
from scenedex.testing import shots_clip

CAR = (0.15, 0.62, 0.45, 0.97)
"""Where the red car stands in scene 0 of the film."""

ORDER = Order(delay_s=0)


def shot(place: str, *cast: Cast) -> Shot:
    return Shot(seconds=0.75, place=place, cast=cast)


SHOTS = (
    shot(
        "street",
        Cast(thing="car", colour="red", start=(0.3, 0.95, 0.3)),
        Cast(thing="woman", colour="purple", start=(0.8, 0.8, 0.3)),
    ),
    shot("forest", Cast(thing="mushroom", colour="red", start=(0.8, 0.94, 0.2))),
    shot("sea", Cast(thing="sailing boat", colour="red", start=(0.3, 0.72, 0.42))),
    shot("desert", Cast(thing="sun", start=(0.78, 0.58, 0.22))),
    shot("station", Cast(thing="train", colour="blue", start=(0.4, 0.93, 0.3))),
    shot(
        "desert",
        Cast(thing="car", colour="red", start=(0.7, 0.92, 0.35)),
        Cast(thing="sun", start=(0.2, 0.4, 0.2)),
    ),
    shot("forest", Cast(thing="couple", colour="green", start=(0.3, 0.98, 0.42))),
    shot("sea", Cast(thing="seagull", start=(0.6, 0.3, 0.2))),
)


@pytest.fixture(scope="module")
def opened(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    name = f"entities_{os.getpid()}"
    folder = tmp_path_factory.mktemp("entities")
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template scenedex owner scenedex_owner")  # type: ignore[arg-type]
        settings = Settings(
            database_url=server.conninfo("scenedex_owner", name),
            scenedex_home=folder / "home",
            scenedex_profile="mini",
            scenedex_regions=True,
        )
        with Library(settings) as library:
            draw_film(folder / "film.mp4", shots=SHOTS)
            (found,) = library.add(folder / "film.mp4").files
            assert found.outcome == "indexed"
            yield library
        admin.execute(f"drop database {name} with (force)")  # type: ignore[arg-type]


@pytest.fixture
def library(opened: Library) -> Iterator[Library]:
    """The film, and nothing with a name."""
    yield opened
    with opened.database.operator() as statements:
        statements.execute("delete from entities")
        statements.execute("delete from baselines")


def film(library: Library) -> UUID:
    return next(video.id for video in library.videos() if video.name == "film.mp4")


def car() -> Cutout:
    return Cutout(video="film.mp4", t_s=0.3, box=CAR)


def png(pixels: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_thing_is_found_again_from_one_crop_in_another_place(library: Library) -> None:
    entity = library.entities.add("The red car", car())
    page = library.entities.appearances("the RED  car")
    assert [one.scenes for one in page.appearances] == [(0,), (5,)]
    assert (page.total, page.scenes, page.videos) == (2, 2, 1)
    assert (page.in_parts, page.calibrated, page.degraded, page.threshold) == (True, True, (), 0.85)
    first, again = page.appearances
    assert first.box == pytest.approx(CAR)
    assert (first.best_s, first.cosine, first.video) == (0.3, 1.0, "film.mp4")
    assert again.band == "strong"
    assert again.cosine < 0.9  # not the raw cosine decides
    assert again.box is not None
    left, top, right, bottom = again.box
    assert left <= 0.45  # the car stands around 0.7, from 0.57 down to 0.92
    assert right >= 0.95
    assert top <= 0.57
    assert bottom >= 0.92
    assert again.start_s <= again.best_s < again.end_s
    liked = library.entities.appearances(entity.id, Asked(order="score", limit=1))
    assert ([one.scenes for one in liked.appearances], liked.total) == ([(0,)], 2)
    beyond = library.entities.appearances(entity.id, Asked(offset=2))
    assert (beyond.appearances, beyond.total) == ((), 2)
    assert library.entities.count(entity.id) == (2, 1)


def test_what_is_nowhere_is_not_found(library: Library) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    library.entities.add("Noise", Cutout(picture=png(noise)))
    assert library.entities.appearances("noise", Asked(threshold=0.999)).total == 0
    nobody = library.entities.add("Nobody")
    assert library.entities.appearances(nobody.id).total == 0


def test_scenes_come_by_themselves_and_go_with_their_video(library: Library, tmp_path: Path) -> None:
    entity = library.entities.add("car", car())
    draw_film(tmp_path / "later.mp4", shots=(SHOTS[5],))
    (later,) = library.add(tmp_path / "later.mp4").files
    assert later.video_id is not None
    page = library.entities.appearances(entity.id)
    assert [(one.video, one.scenes) for one in page.appearances] == [
        ("later.mp4", (0,)), ("film.mp4", (0,)), ("film.mp4", (5,))
    ]  # fmt: skip
    only = library.entities.appearances(entity.id, Asked(videos=("later.mp4",)))
    assert [one.video for one in only.appearances] == ["later.mp4"]
    library.entities.show("car", Cutout(scene="later.mp4:0", box=(0.5, 0.5, 0.95, 0.95)))
    library.baselines.add("later", videos=["later.mp4"])
    library.baselines.add("both", videos=["later.mp4", "film.mp4"])
    library.remove("later.mp4")
    assert [one.t_s for one in library.entities.examples("car")] == [0.3]
    assert [one.name for one in library.baselines.page()[0]] == ["both"]
    assert library.entities.appearances(entity.id).total == 2


def test_examples_are_added_and_removed_and_names_change(library: Library) -> None:
    entity = library.entities.add("Anna")
    with pytest.raises(UsageError, match="an entity 'ANNA' already"):
        library.entities.add("ANNA")
    picture = np.full((300, 900, 3), 80, np.uint8)
    sent = library.entities.show("anna", Cutout(picture=picture))
    drawn = library.entities.show(entity.id, Cutout(scene="film.mp4:6", box=(0.1, 0.3, 0.5, 1.0)))
    assert [one.id for one in library.entities.examples("Anna")] == [sent.id, drawn.id]
    assert (sent.video_id, sent.t_s, sent.box) == (None, None, None)
    assert (drawn.video_id, drawn.box) == (film(library), (0.1, 0.3, 0.5, 1.0))
    kept = Image.open(io.BytesIO(library.entities.picture("anna", sent.id)))
    assert (kept.format, kept.size) == ("JPEG", (512, 171))
    library.entities.drop("anna", sent.id)
    assert library.entities.find("anna").examples == 1
    with pytest.raises(NotFoundError):
        library.entities.drop("anna", sent.id)
    assert library.entities.rename("anna", "Anna Maria").name == "Anna Maria"
    assert library.entities.rename("anna maria", "ANNA MARIA").name == "ANNA MARIA"
    library.entities.add("Berta")
    with pytest.raises(UsageError, match="already"):
        library.entities.rename("berta", "anna maria")
    assert [one.name for one in library.entities.page()[0]] == ["ANNA MARIA", "Berta"]
    assert library.entities.page(1, 1) == ([library.entities.find("berta")], 2)
    assert library.entities.remove("anna maria").id == entity.id
    for gone in (entity.id, "anna maria", uuid4()):
        with pytest.raises(NotFoundError):
            library.entities.examples(gone)


def test_an_entity_has_room_for_so_many_examples(library: Library) -> None:
    picture = Cutout(picture=np.full((20, 20, 3), 80, np.uint8))
    with pytest.raises(UsageError, match=f"{MAX_EXAMPLES} examples at most"):
        library.entities.add("full", *[picture] * (MAX_EXAMPLES + 1))
    assert library.entities.page() == ([], 0)  # all or nothing


@pytest.mark.parametrize(
    ("cutout", "error", "said"),
    [
        (Cutout(), UsageError, "one of these"),
        (Cutout(scene="film.mp4:0", video="film.mp4", t_s=1.0), UsageError, "one of these"),
        (Cutout(video="film.mp4"), UsageError, "Say at which time"),
        (Cutout(video="film.mp4", t_s=99.0), UsageError, "The video ends at 6.0 s"),
        (Cutout(video="film.mp4", t_s=-1.0), UsageError, "0 or more"),
        (Cutout(video="film.mp4", t_s=float("nan")), UsageError, "0 or more"),
        (Cutout(picture=b"", t_s=1.0), UsageError, "A picture has no time"),
        (Cutout(picture=b""), PictureError, "cannot be read"),
        (Cutout(picture=b"\xff\xd8\xff\xe0 cut off"), PictureError, "cannot be read"),
        (Cutout(scene="film.mp4:0", box=(0.5, 0.5, 0.5, 0.9)), UsageError, "left before right"),
        (Cutout(scene="film.mp4:0", box=(0.5, 0.5, 1.5, 0.9)), UsageError, "from 0 to 1"),
        (Cutout(scene="film.mp4:0", box=(0.5, 0.5, 0.501, 0.9)), UsageError, "draw a larger rectangle"),
        (Cutout(picture=np.zeros((1, 1, 3), np.uint8)), UsageError, "1 × 1 pixels"),
        (Cutout(scene="film.mp4:99"), NotFoundError, "no such scene"),
        (Cutout(scene=uuid4()), NotFoundError, "no such scene"),
        (Cutout(video="nothing.mp4", t_s=1.0), NotFoundError, "no video"),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, str) else "",
)
def test_what_shows_nothing_is_refused_and_nothing_is_kept(
    library: Library, cutout: Cutout, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        library.entities.add("nothing", cutout)
    assert library.entities.page() == ([], 0)


def test_pages_that_make_no_sense_are_refused(library: Library) -> None:
    library.entities.add("car", car())
    for asked in (
        Asked(limit=0), Asked(limit=10_000), Asked(offset=-1), Asked(threshold=1.5), Asked(threshold=float("nan")),
        Asked(order="size"),  # type: ignore[arg-type]
    ):  # fmt: skip
        with pytest.raises(UsageError):
            library.entities.appearances("car", asked)
    with pytest.raises(NotFoundError):
        library.entities.appearances("car", Asked(videos=("nothing.mp4",)))


def test_a_page_is_made_of_the_same_number_of_statements_whatever_is_in_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.entities.add("car", *[car()] * 5)
    library.entities.add("one", car())
    for name in ("car", "one"):
        library.entities.appearances(name)  # measured
    counts = []
    execute = Statements.execute

    def counted(self: Statements, query: Any, params: Any = None) -> Any:
        counts[-1] += 1
        return execute(self, query, params)

    monkeypatch.setattr(Statements, "execute", counted)
    for name, threshold in (("car", 0.0), ("one", 0.0), ("one", 1.0)):
        counts.append(0)
        library.entities.appearances(name, Asked(threshold=threshold))
    assert counts[0] == counts[1] == counts[2] <= 14


def test_without_parts_crops_are_compared_with_whole_pictures_and_a_backfill_adds_them(
    opened: Library, server: EmbeddedServer, tmp_path: Path, database_name: str
) -> None:
    settings = opened.settings.model_copy(
        update={
            "database_url": server.conninfo("scenedex_owner", database_name),
            "scenedex_home": tmp_path / "home",
            "scenedex_regions": False,
        }
    )
    with Library(settings) as library:
        library.entities.add("car", Cutout(picture=np.zeros((9, 9, 3), np.uint8)))
        with pytest.raises(EncoderError, match="models pull"):
            library.entities.appearances("car")
        assert library.entities.count("car") == (None, None)
        library.add(*opened.show("film.mp4")[0].paths)
        library.entities.show("car", car())
        whole = library.entities.appearances("car", Asked(threshold=0.0))
        assert not whole.in_parts
        assert "SCENEDEX_REGIONS=true" in whole.degraded[0]
        assert not whole.calibrated  # eight pictures tell nothing of chance
        assert {one.box for one in whole.appearances} <= {None, whole.appearances[0].box}
        assert whole.appearances[0].scenes[0] == 0
        done = library.backfill(Order(delay_s=0, checkpoint=tmp_path / "c.json"), regions=True)
        assert (done.updated, done.errors, done.ending) == (8, 0, "finished")
        assert done.space.endswith(":parts-thirds")
        named = library.backfill(Order(delay_s=0, checkpoint=tmp_path / "d.json"), space=done.space)
        assert (named.space, named.before.to_do) == (done.space, 0)
        with pytest.raises(NotFoundError, match="parts-fourths"):
            library.backfill(ORDER, space=done.space.replace("thirds", "fourths"))
        parts = library.entities.appearances("car")
        assert (parts.in_parts, parts.calibrated, parts.degraded) == (True, True, ())
        assert [one.scenes for one in parts.appearances] == [(0,), (5,)]
        backfilled, indexed = rows(library), rows(opened)
        assert [row["place"] for row in backfilled] == [row["place"] for row in indexed]
        for mine, theirs in zip(backfilled, indexed, strict=True):
            np.testing.assert_allclose(mine["vector"], theirs["vector"], atol=2e-3)


def rows(library: Library) -> list[dict[str, Any]]:
    """Every part of the film: where it is, and its vector."""
    with library.transaction() as tx:
        return tx.execute(
            """select (s.index, e.ordinal, e.region, e.t_s, e.metadata->>'box')::text as place,
              e.vector::real[] as vector
            from embeddings e join scenes s on s.owner_id = e.owner_id and s.id = e.scene_id
              join videos v on v.owner_id = s.owner_id and v.id = s.video_id
              join spaces p on p.id = e.space_id
            where e.owner_id = %(owner)s and p.modality = 'region' and v.title = 'film.mp4'
            order by s.index, e.ordinal"""
        )


def test_a_video_that_was_not_seen_in_parts_is_said(library: Library, tmp_path: Path) -> None:
    library.entities.add("car", car())
    shots_clip(tmp_path / "plain.mp4", (1.0,))
    blind = library.of(library.owner)
    blind.settings = library.settings.model_copy(update={"scenedex_regions": False})
    blind.add(tmp_path / "plain.mp4")
    said = library.entities.appearances("car").degraded
    library.remove("plain.mp4")
    assert said == (
        "1 videos are not seen in parts yet, and left out: `scenedex backfill --regions` completes them.",
    )


def test_examples_of_another_model_are_looked_at_again(library: Library) -> None:
    entity = library.entities.add("car", car())
    before = library.entities.appearances(entity.id)
    with library.database.operator() as statements:
        statements.execute("update entity_examples set space_id = 999, vector = '[1,0,0]'")
    after = library.entities.appearances(entity.id)
    assert [one.scenes for one in after.appearances] == [one.scenes for one in before.appearances]
    (example,) = library.entities.examples(entity.id)
    assert example.vector.shape == (256,)
    assert example.space != 999


def test_where_nothing_can_look_again_the_example_is_left_out_and_said(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.entities.add("car", car())
    with library.database.operator() as statements:
        statements.execute("update entity_examples set space_id = 999, vector = '[1,0,0]'")

    def gone(key: str) -> Any:
        raise EncoderError("The model is not on this machine.")

    monkeypatch.setattr(library.equipment, "visual", gone)
    page = library.entities.appearances("car")
    assert page.total == 0
    assert "1 examples were seen by another model than the videos" in page.degraded[0]


def test_a_picture_of_an_offline_video_is_had_only_where_one_was_kept(
    library: Library, tmp_path: Path
) -> None:
    shots_clip(tmp_path / "gone.mp4", (1.5,))
    library.add(tmp_path / "gone.mp4")
    (scene,) = library.show("gone.mp4")[1]
    (tmp_path / "gone.mp4").unlink()
    with pytest.raises(
        NotFoundError, match=f"The nearest that was kept is the one at {scene.keyframes[0].t_s:g} s"
    ):
        library.entities.add("x", Cutout(video="gone.mp4", t_s=scene.keyframes[0].t_s + 0.2))
    kept = library.entities.add("x", Cutout(video="gone.mp4", t_s=scene.keyframes[0].t_s))
    library.remove("gone.mp4")
    assert kept.examples == 1
    assert library.entities.find("x").examples == 0


def test_what_is_out_of_the_ordinary_is_a_scene_with_its_peak(library: Library) -> None:
    made = library.baselines.add("the desert", scenes=["film.mp4:3"])
    assert (made.pictures, made.name) == (1, "the desert")
    curve = library.baselines.curve("film.mp4", "The Desert")
    scores = {one.scene: one.score for one in curve.scores}
    assert set(scores) == set(range(8))
    assert scores[3] == pytest.approx(0, abs=0.01)
    assert scores[5] < min(scores[number] for number in (1, 2, 4, 6, 7))  # the other desert
    found = curve.anomalies(0.5)
    assert [number for one in found for number in one.scenes] == [n for n in range(8) if scores[n] > 0.5]
    assert 3 not in {number for one in found for number in one.scenes}
    for one in found:
        assert one.start_s <= one.peak_s < one.end_s
        assert one.score == max(scores[number] for number in one.scenes)
    alone = library.baselines.curve(film(library))
    assert alone.baseline is None
    assert max(score.score for score in alone.scores) < max(scores.values())


def test_baselines_are_made_of_ranges_and_several_videos(library: Library) -> None:
    part = library.baselines.add("part", videos=["film.mp4"], from_s=0.75, to_s=2.25)
    assert (part.pictures, part.made_of["from_s"], part.made_of["to_s"]) == (2, 0.75, 2.25)
    with pytest.raises(UsageError, match="a baseline 'PART' already"):
        library.baselines.add("PART", videos=["film.mp4"])
    again = library.baselines.add("PART", videos=["film.mp4"], again=True)
    assert (again.id, again.pictures) == (part.id, 8)
    assert library.baselines.rename(part.id, "whole").name == "whole"
    assert library.baselines.threshold(None) == 0.5
    library.baselines.remove("whole")
    with pytest.raises(NotFoundError):
        library.baselines.find("whole")


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({}, UsageError, "Say what is normal"),
        ({"videos": "film.mp4"}, UsageError, "are lists"),
        ({"scenes": ["film.mp4:0"], "from_s": 1.0}, UsageError, "name the video"),
        ({"videos": ["film.mp4"], "from_s": 3.0, "to_s": 3.0}, UsageError, "the end has to come later"),
        ({"videos": ["film.mp4"], "from_s": float("nan")}, UsageError, "0 or more"),
        ({"videos": ["film.mp4"], "from_s": -1.0}, UsageError, "0 or more"),
        ({"videos": ["film.mp4"], "from_s": 5.9}, UsageError, "nothing says what is normal"),
        ({"videos": ["nothing.mp4"]}, NotFoundError, "no video"),
        ({"scenes": [uuid4()]}, NotFoundError, "no such scene"),
        ({"scenes": ["x"] * 1001}, UsageError, "1,000"),
    ],
)
def test_a_baseline_of_nothing_is_refused(
    library: Library, asked: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        library.baselines.add("nothing", **asked)
    assert library.baselines.page() == ([], 0)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_what_is_no_name_is_refused(library: Library, name: str) -> None:
    with pytest.raises(UsageError):
        library.entities.add(name)
    with pytest.raises(UsageError):
        library.baselines.add(name, videos=["film.mp4"])


def test_a_baseline_of_another_model_says_what_to_do(library: Library) -> None:
    library.baselines.add("old", videos=["film.mp4"])
    with library.database.operator() as statements:
        statements.execute("update baselines set space_id = 999, vector = '[1,0,0]'")
    with pytest.raises(UsageError, match=r"made with a model that is gone \(3 numbers\).*--again"):
        library.baselines.curve("film.mp4", "old")
    assert library.baselines.add("old", videos=["film.mp4"], again=True).space_name is not None
    assert library.baselines.curve("film.mp4", "old").scores


def test_the_database_itself_refuses_a_baseline_that_is_no_direction(library: Library) -> None:
    library.baselines.add("usual", videos=["film.mp4"])
    zero, hole = f"[{','.join(['0'] * 256)}]", f"[{','.join(['NaN'] * 256)}]"
    for vector in (zero, hole):
        with pytest.raises(Exception, match=r"check constraint|NaN"), library.transaction() as tx:
            tx.execute(
                "update baselines set vector = %(vector)s::halfvec where owner_id = %(owner)s",
                {"vector": vector},
            )


def test_the_timeline_shows_one_thing_at_a_time(library: Library) -> None:
    video = film(library)
    entity = library.entities.add("car", car())
    plain = library.timeline(video)
    assert (plain.kind, len(plain.scenes), plain.heat) == ("plain", 8, {})
    numbers = {scene.id: scene.index for scene in plain.scenes}
    seen = library.timeline(video, Heat(entity=entity.id))
    hottest = sorted(seen.heat, key=lambda scene: -seen.heat[scene])[:2]
    assert [numbers[scene] for scene in hottest] == [0, 5]
    odd = library.timeline(video, Heat(anomalies=True))
    assert set(odd.heat) == set(numbers)
    asked = library.timeline(video, Heat(query="a train at the station"))
    assert asked.kind == "query"
    assert numbers[max(asked.heat, key=lambda scene: asked.heat[scene])] == 4
    with pytest.raises(UsageError, match="one thing at a time: query or entity"):
        library.timeline(video, Heat(query="x", entity=entity.id))
    with pytest.raises(NotFoundError):
        library.timeline(uuid4())


def test_an_owner_who_is_removed_leaves_nothing_behind(library: Library) -> None:
    owner = library.of(library.create_owner("somebody-else").id)
    assert owner.entities.page() == ([], 0)
    owner.entities.add("car", Cutout(picture=png(np.zeros((20, 20, 3), np.uint8))))
    owner.bins.make("Act 1")
    library.remove_owner("somebody-else")
    with library.database.operator() as statements:
        for table in ("entities", "entity_examples", "baselines", "bins"):
            rows = statements.execute(f"select from {table} where owner_id = %(id)s", {"id": owner.owner})  # type: ignore[arg-type]
            assert rows == []
