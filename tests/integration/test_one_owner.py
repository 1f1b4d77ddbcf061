"""Every statement names one owner, so that in a sharded database it is the work of one node: read from all that is
really sent while videos live in a library."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import numpy as np
import psycopg
import pytest
from tests.integration.store.test_citus import owner_tables
from tests.integration.test_descriptions import Describing
from tests.integration.test_models import equip, weights
from tests.owner_bound import OwnerBound
from tests.unit.embeddings.server import Server

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.indexing.backfill_report import Order
from scenedex.indexing.tracking import Patience
from scenedex.jobs.queue import Queue
from scenedex.library.corrections import NewCaption
from scenedex.library.crops import Cutout
from scenedex.library.entities import Asked
from scenedex.library.living import WatchOptions
from scenedex.library.retaining import RetentionRule
from scenedex.library.telling import tell, tidy
from scenedex.library.timeline import Heat
from scenedex.search.request import Example
from scenedex.testing import Clip, shots_clip
from scenedex.types import LOCAL_OWNER, Filters, Mode, SavedRequest

__all__ = ["weights"]  # a fixture

OTHER = UUID(int=7)

CROSSING = {
    "select count(*) as keyframes from keyframes": "sweep: how many names there are",
    "select object_key as key from keyframes": "sweep: the names",
    "select count(*) as scenes": "how far a space is filled",
    "select s.owner_id, s.video_id, s.index, s.id from scenes s": "the next scenes of a backfill",
    "select distinct owner_id from videos": "who has something in a space that is switched",
    "select owner_id from fresh_videos where due_at": "who has something to be told",
    "delete from deliveries": "what was sent long ago",
    "select owner_id from owner_settings": "who has rules of retention",
    "select 1 as there from api_keys": "whether anybody has a key",
}
"""What the operator asks across owners: how the statement begins, and what it is for. On Citus it goes to all nodes."""

Sent = list[tuple[str, str, Mapping[str, Any]]]
"""Role, statement, parameters."""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """All statements that are sent from now on."""
    found: Sent = []
    one, many, slowly = psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.ServerCursor.execute

    def note(cursor: Any, query: Any, params: Any) -> None:
        text = query.as_string(cursor) if hasattr(query, "as_string") else query
        text = text.decode() if isinstance(text, bytes) else text
        found.append((cursor.connection.info.user, text, params if isinstance(params, Mapping) else {}))

    def execute(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        note(self, query, params)
        return one(self, query, params, **more)

    def declare(self: Any, query: Any, params: Any = None, **more: Any) -> Any:
        note(self, query, params)
        return slowly(self, query, params, **more)

    def executemany(self: Any, query: Any, params_seq: Any, **more: Any) -> Any:
        rows = list(params_seq)
        for row in rows[:1]:
            note(self, query, row)
        return many(self, query, rows, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", execute)
    monkeypatch.setattr(psycopg.Cursor, "executemany", executemany)
    monkeypatch.setattr(psycopg.ServerCursor, "execute", declare)
    return found


@pytest.fixture
def library(home: Path, weights: Callable[..., Path]) -> Iterator[Library]:
    describer = Server(Describing())
    settings = Settings(
        scenedex_home=home,
        scenedex_profile="golden",
        scenedex_description_model="sees",
        openai_base_url=describer.url,
        openai_api_key="key",
    )
    with open_library(settings=settings) as opened:
        equip(opened, weights("clip-hf", "siglip2-hf", "clap-hf", "e5-xlmr"))
        yield opened
    describer.close()


def film(folder: Path, name: str, shots: int) -> Path:
    path = folder / name
    shots_clip(path, [1.5 + shots / 10] * shots, Clip(sound=True))
    path.with_suffix(".srt").write_text("1\n00:00:00,200 --> 00:00:01,000\nthe harbour at dawn\n")
    return path


def live(library: Library, folder: Path) -> None:
    """Everything that can be done with videos."""
    first = film(folder, "first.mp4", 4)
    library.saved.add("harbour", SavedRequest(query="harbour"), webhook="http://hooks.example/")
    library.add(first, film(folder, "second.mp4", 3))
    library.of(OTHER).add(film(folder, "third.mp4", 2))
    first.with_suffix(".srt").write_text("1\n00:00:00,200 --> 00:00:01,000\nthe harbour at night\n")
    library.add(first)
    library.tag("first.mp4", add=["sea"])
    library.add(first, force=True)
    look_around(library)
    keep_up(library, folder)
    name_things(library)
    library.backfill(Order(delay_s=0, checkpoint=folder / "c"), regions=True)
    name_things(library)
    library.annotate("description")
    correct_captions(library, first)
    say_things(library, first)
    library.backfill(Order(delay_s=0, checkpoint=folder / "a"), space="siglip2-hf")
    library.switch("siglip2-hf")
    library.search("harbour")
    library.switch_back()
    library.backfill(Order(delay_s=0, checkpoint=folder / "b", owner=OTHER, work="errors"))
    library.fill()
    exchange(library, folder)
    administer(library)
    library.remove("first.mp4")
    library.sweep()


def keep_up(library: Library, folder: Path) -> None:
    """Saved searches, watched folders and rules of retention."""
    (folder / "watched").mkdir()
    watched = folder / "watched" / "fourth.mp4"
    film(folder, "fourth.mp4", 5).rename(watched)
    watching = library.watch_folders(watched.parent, options=WatchOptions(patience=Patience(settle_s=0)))
    watching.look()
    tell(library)  # no name leads to the host of the webhook
    tidy(library)
    library.saved.page()
    library.saved.hits("harbour")
    library.saved.deliver_one(library.saved.test("harbour"))
    library.saved.remove(library.saved.find("harbour").id)
    library.tag("fourth.mp4", add=["old"])
    rule = RetentionRule(name="old", older_than_s=1e-6, tags=("old",), except_tags=("keep",), on=True)
    library.keep_retention_rule(rule)
    library.owners_with_retention()
    library.apply_retention()
    watched.touch()
    watching.look()
    watched.unlink()
    watching.look()
    library.remove_retention_rule("old")


def correct_captions(library: Library, file: Path) -> None:
    caption = library.corrections.list(file.name)[0].id
    library.corrections.add(file.name, NewCaption(start_s=0.0, end_s=0.5, text="a gull"))
    library.corrections.delete(file.name, caption)
    library.add(file, force=True)
    library.corrections.correct(file.name, caption, "the harbour by day")
    library.corrections.undo(file.name, caption)
    library.embed_video(library.show(file.name)[0].id, again=False)


def say_things(library: Library, file: Path) -> None:
    library.marks.tag(f"{file.name}:0", add=["gull"], remove=["tern"])
    note = library.marks.note(f"{file.name}:0", "a harbour seal").notes[0]
    library.marks.change_note(f"{file.name}:0", note.id, "a seal")
    library.marks.of_video(file.name)
    library.search("harbour", filters=Filters(scene_tags=("gull",), speaker="Ann"))
    library.bins.add("seals", [f"{file.name}:0", f"{file.name}:1"], make=True)
    library.bins.arrange("seals", [f"{file.name}:1"])
    library.bins.scenes("seals")
    library.bins.page()
    library.bins.rename("seals", "sea lions")
    library.add(file, force=True)
    library.marks.change_note(f"{file.name}:0", note.id, None)
    library.bins.remove("sea lions")


def look_around(library: Library) -> None:
    now = datetime.now(UTC)
    every = Filters(
        video_ids=tuple(video.id for video in library.videos()),
        after=now - timedelta(days=1),
        before=now + timedelta(days=1),
        min_duration_s=0.1,
        max_duration_s=1000,
        tags=("sea",),
        from_s=0.0,
        to_s=500.0,
        language="en",
    )
    for mode in get_args(Mode):
        library.search("a red car in the harbour", mode=mode)
        library.search("a red car in the harbour", mode=mode, filters=replace(every, language=None))
    library.search("harbour", filters=every, fold=True, group_by="video", offset=1, limit=2)
    library.search('"harbour" then "car"')
    library.search("harbour", videos=["first.mp4"], example=Example(scene="first.mp4:0"))
    library.search(example=Example(scene="first.mp4:1", t_s=2.0))
    library.search(example=Example(scene="first.mp4:1", box=(0.0, 0.0, 0.5, 0.5)))
    _, scenes = library.show("first.mp4")
    library.search(example=Example(picture=library.picture(scenes[0].keyframes[0].object_key)))
    library.videos(limit=1, offset=1)
    library.stats()
    library.health()
    library.lacking()
    library.spaces()
    library.scene_space()


def name_things(library: Library) -> None:
    """Entities, baselines and what follows from them."""
    (second,) = [video for video in library.videos() if video.name == "second.mp4"]
    shown = Cutout(scene="first.mp4:0", box=(0.0, 0.0, 0.5, 0.5))
    entity = library.entities.add("somebody", shown, Cutout(video="second.mp4", t_s=0.3))
    example = library.entities.show("somebody", shown)
    library.entities.page(1, 0)
    library.entities.picture(entity.id, example.id)
    library.entities.drop("somebody", example.id)
    library.entities.rename("somebody", "someone")
    library.entities.appearances("someone")
    library.entities.appearances("someone", Asked(videos=("second.mp4",), threshold=0.1))
    library.baselines.add("usual", videos=["second.mp4"], to_s=2.0)
    library.baselines.add("usual", scenes=["first.mp4:0", "second.mp4:0"], again=True)
    library.baselines.page()
    library.baselines.rename("usual", "as ever")
    library.baselines.curve("second.mp4", "as ever")
    for heat in (Heat(), Heat(query="harbour"), Heat(anomalies=True), Heat(entity=entity.id)):
        library.timeline(second.id, heat)
    library.baselines.remove("as ever")
    library.entities.remove("someone")


def exchange(library: Library, folder: Path) -> None:
    library.marks.tag("first.mp4:0", add=["gull"])
    library.marks.note("first.mp4:0", "a harbour seal")
    library.bins.add("seals", ["first.mp4:1"], make=True)
    library.of(OTHER).bins.make("seals")
    library.export_parquet(folder / "exported", pictures=True)
    library.of(OTHER).import_parquet(folder / "exported")
    vectors = {
        "mine": np.eye(2, 8),
        "video": ["first.mp4", "new.mp4"],
        "start_s": [0.0, 0.0],
        "end_s": [1.0, 1.0],
    }
    np.savez(folder / "mine.npz", **vectors)  # type: ignore[arg-type]
    library.import_numpy(folder / "mine.npz", mapping={"mine": "mine"})
    library.remove("new.mp4")


def administer(library: Library) -> None:
    video = library.videos()[0]
    queue = Queue(library)
    job = queue.defer("scene_detection", video_id=video.id)
    queue.list(state="waiting", video_id=video.id)
    queue.cancel(job.id)
    queue.retry(job.id)
    owner = library.create_owner("somebody")
    library.owners()
    theirs = library.of(owner.id)
    theirs.roll_out({"visual_mode": "skip"})
    theirs.own_settings()
    theirs.own_entry()
    theirs.roll_back()
    key, token = theirs.create_key("admin")
    grant = library.grant_of(token)
    assert grant is not None
    theirs.sign_out(replace(grant, session=library.grant_of(theirs.sign_in(grant, 60.0)).session))  # type: ignore[union-attr]
    theirs.keys()
    assert library.has_keys()
    theirs.revoke_key(key.id)
    library.remove_owner("somebody")


def test_every_statement_names_one_owner(library: Library, sent: Sent, tmp_path: Path) -> None:
    live(library, tmp_path)
    with library._database.ownerless() as statements:
        tables = owner_tables(statements.driver)
    unbound, crossing, seen = set[str](), set[str](), set[str]()
    checked: dict[tuple[str, str], OwnerBound] = {}
    for role, query, params in sent:
        read = checked.get((role, query)) or OwnerBound(tables, params).check(query)
        checked[role, query] = read
        seen |= read.seen
        if read.problems:
            begins = next((each for each in CROSSING if " ".join(query.split()).startswith(each)), None)
            if role == "scenedex_operator" and begins:
                crossing.add(begins)
            else:
                unbound.add(f"{role}: {read.problems}: {' '.join(query.split())}")
    assert not unbound, "\n".join(sorted(unbound))
    assert crossing == set(CROSSING)
    assert seen == tables
    assert len(checked) > 80
    owners = {params["owner"] for _, _, params in sent if "owner" in params}
    assert {LOCAL_OWNER, OTHER} <= owners
