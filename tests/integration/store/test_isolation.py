"""Row-level security as the only guard: every statement with its condition on the owner taken out on purpose."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier, Literal
from tests.integration.store.owned import Catalogue, Owned, new_owner
from tests.integration.store.records import TEXT, embeddings, record, unit
from tests.integration.store.seen import VISUAL

from scenedex.errors import NotFoundError, StoreError
from scenedex.store.appearances import Crop, CutFrom, cosines_by_chance, scene_at, scenes_like, videos_without
from scenedex.store.backgrounds import read_backgrounds, vectors_by_space, write_background
from scenedex.store.baselines import (
    Normal,
    baselines,
    cosines_along,
    count_baselines,
    find_baseline,
    mean_of,
    remove_baseline,
    rename_baseline,
    write_baseline,
)
from scenedex.store.bins import (
    bins,
    count_bins,
    find_bin,
    make_bin,
    put_in,
    remove_bin,
    rename_bin,
    scenes_in,
)
from scenedex.store.channels import search_channels
from scenedex.store.corrections import Correction, change_corrections, entries_of
from scenedex.store.coverage import lacking, without_embeddings
from scenedex.store.database import Database, Query, Row, Transaction
from scenedex.store.deliveries import deliveries_of, put_delivery, waiting_deliveries
from scenedex.store.descriptions import descriptions_of, put_description
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.entities import (
    Chance,
    add_example,
    count_entities,
    embed_example,
    entities,
    example_picture,
    examples_of,
    find_entity,
    make_entity,
    note_chance,
    remove_entity,
    remove_example,
    rename_entity,
)
from scenedex.store.files import files_at, files_of, known_files, mark_missing, put_file, same_file
from scenedex.store.keys import end_session, keys_of, note_use, revoke_key, write_key, write_session
from scenedex.store.listing import Wanted, list_page
from scenedex.store.marks import add_note, marks_of, notes_by_scene, tag_scene
from scenedex.store.news import tell_news
from scenedex.store.owners import own_entry
from scenedex.store.preferences import forget, prefer, preference, preferences
from scenedex.store.retention import Due, forgotten, videos_due
from scenedex.store.saved import (
    count_saved,
    find_saved,
    fresh_videos,
    keep_hits,
    saved_hits,
    saved_searches,
    write_saved,
)
from scenedex.store.scenes import (
    bare_scenes_of,
    captions_by_scene,
    captions_of,
    find_scene,
    keyframes_by_scene,
    scene_cards,
    scenes_of,
)
from scenedex.store.scoring import scene_vectors, score_scenes, some_vectors, vectors_of
from scenedex.store.spaces import choices, ensure_space, live_spaces
from scenedex.store.tags import tag_video
from scenedex.store.tokens import new_token
from scenedex.store.videos import (
    find_by_hash,
    get_video,
    list_videos,
    remove_video,
    stats,
    videos_by_id,
    write_video,
)
from scenedex.types import Description, Filters, KnownFile, SavedRequest, Space, VectorQuery

CONDITION = re.compile(r"(?:\w+\.)?owner_id = %\(owner\)s")


class Careless(Transaction):
    """A transaction whose statements forget to say whose rows they mean."""

    forgotten = 0

    def execute(self, query: Query, params: Mapping[str, Any] | None = None) -> list[Row]:
        return super().execute(self._careless(query), params)

    def tuples(self, query: Query, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return super().tuples(self._careless(query), params)

    def _careless(self, query: Query) -> SQL:
        text = query if isinstance(query, str) else query.as_string()
        careless, count = CONDITION.subn("true", text)
        Careless.forgotten += count
        return SQL(careless)


class Two:
    """Two owners with the same videos, each with something in every table; the second one's are the secret."""

    def __init__(self, database: Database, catalogue: Catalogue) -> None:
        self.database, self.catalogue = database, catalogue
        self.text, self.visual = ensure_space(database, TEXT), ensure_space(database, VISUAL)
        self.mine, self.theirs = new_owner(catalogue, "mine"), new_owner(catalogue, "theirs")
        self.videos = {owner: self._fill(owner, n) for n, owner in enumerate((self.mine, self.theirs))}
        catalogue.complete(self.mine, self.theirs)

    def _fill(self, owner: UUID, number: int) -> UUID:
        with self.database.transaction(owner) as tx:
            drafts = {
                space.id: embeddings([unit(10 * number + i) for i in range(3)])
                for space in (self.text, self.visual)
            }
            video = write_video(tx, record("aa", embeddings=drafts))
            path = f"/films/{'theirs' if number else 'mine'}.mkv"
            change_corrections(tx, video, [a_correction(number)])
            first = scenes_of(tx, video)[0]
            tag_scene(tx, first, [f"tag {number}"])
            add_note(tx, first, f"note {number}")
            put_in(tx, make_bin(tx, "Bin").id, [first])
            put_file(tx, KnownFile(path=path, video_id=video, size_bytes=1, mtime_ns=1, inode=7))
            put_description(
                tx,
                scenes_of(tx, video)[0].id,
                "m",
                Description(description=f"of {number}", summary="", tags=()),
            )
            write_background(tx, self.visual.id, [0.1 * n for n in range(9)], 3)
            prefer(tx, "visual_mode", ["skip", "recall"][number])
            key = write_key(tx, new_token(), "read", f"key {number}", None)
            write_session(tx, new_token(), key.id, 60)
            entity = make_entity(tx, "Someone")
            add_example(
                tx,
                entity.id,
                picture=f"picture of {number}".encode(),
                space=self.visual.id,
                vector=unit(10 * number),
                video_id=video,
                t_s=0.5,
            )
            door = write_saved(tx, "Door", SavedRequest(query=f"door {number}"), "http://a.test", "whsec_")
            scene = scenes_of(tx, video)[0].id
            keep_hits(tx, door.id, [(scene, video, {"video": f"{number}"})])
            put_delivery(tx, door.id, f"body {number}")
            tell_news(tx, video)
            write_baseline(
                tx,
                "Usual",
                space=self.visual,
                vector=unit(10 * number),
                pictures=3,
                made_of={"videos": [str(video)]},
                video_id=video,
            )
            return video

    def careful(self, owner: UUID, ask: "Ask") -> Any:
        with self.database.transaction(owner) as tx:
            return plain(ask(self, tx, owner))

    def careless(self, owner: UUID, ask: "Ask") -> Any:
        with self.database.transaction(owner) as tx:
            return plain(ask(self, Careless(tx._connection, owner), owner))


def a_correction(number: int) -> Correction:
    return Correction(
        id=uuid4(), origin="added", language=None, start_s=0, end_s=1, original=None, text=f"said by {number}"
    )


Ask = Callable[[Two, Transaction, UUID], Any]


def plain(value: Any) -> Any:
    """What can be compared."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


@contextmanager
def owners_in(server: EmbeddedServer, name: str) -> Iterator[Two]:
    catalogue = Catalogue(server, name)
    try:
        with Database.at(server, name) as database:
            yield Two(database, catalogue)
    finally:
        catalogue.close()


@pytest.fixture(scope="module")
def two(server: EmbeddedServer) -> Iterator[Two]:
    """For the tests that leave both owners with something."""
    with psycopg.connect(server.conninfo("postgres", "postgres"), autocommit=True) as admin:
        admin.execute("create database isolation template scenedex owner scenedex_owner")
        with owners_in(server, "isolation") as made:
            yield made
        admin.execute("drop database isolation with (force)")


@pytest.fixture
def fresh(server: EmbeddedServer, database_name: str) -> Iterator[Two]:
    """For the tests that do not."""
    with owners_in(server, database_name) as made:
        yield made


def vector(space: Space) -> VectorQuery:
    return VectorQuery(channel="visual", space=space, vector=unit(3))


PARTS = Space(name="parts", model="m", revision="r", modality="region", dim=2, id=999)


def entity_of(tx: Transaction) -> UUID:
    return find_entity(tx, "someone").id


def crop_of(two: Two, owner: UUID) -> Crop:
    """Everything looks like it."""
    cut_from = CutFrom(video_id=two.videos[owner], t_s=0.5, box=None)
    return Crop(vector=unit(3), even=0.0, scale=1.0, least=-2.0, cut_from=cut_from)


def scene_of(two: Two, tx: Transaction, owner: UUID) -> UUID:
    return scenes_of(tx, two.videos[owner])[0].id


READS: dict[str, Ask] = {
    "find_by_hash": lambda two, tx, owner: find_by_hash(tx, "aa"),
    "get_video": lambda two, tx, owner: get_video(tx, two.videos[owner]),
    "list_videos": lambda two, tx, owner: list_videos(tx),
    "videos_by_id": lambda two, tx, owner: videos_by_id(tx, [two.videos[owner]]),
    "list_page": lambda two, tx, owner: list_page(tx, Wanted(), limit=9),
    "keyframes_by_scene": lambda two, tx, owner: keyframes_by_scene(tx, [scene_of(two, tx, owner)]),
    "stats": lambda two, tx, owner: stats(tx),
    "scenes_of": lambda two, tx, owner: scenes_of(tx, two.videos[owner]),
    "captions_of": lambda two, tx, owner: captions_of(tx, two.videos[owner]),
    "entries_of": lambda two, tx, owner: entries_of(tx, two.videos[owner]),
    "marks_of": lambda two, tx, owner: marks_of(tx, two.videos[owner]),
    "notes_by_scene": lambda two, tx, owner: notes_by_scene(tx, two.videos[owner]),
    "bins": lambda two, tx, owner: (bins(tx), count_bins(tx), find_bin(tx, "bin")),
    "scenes_in": lambda two, tx, owner: scenes_in(tx, find_bin(tx, "bin").id),
    "find_scene": lambda two, tx, owner: find_scene(tx, (two.videos[owner], 1)),
    "scene_cards": lambda two, tx, owner: scene_cards(tx, [scene_of(two, tx, owner)]),
    "captions_by_scene": lambda two, tx, owner: captions_by_scene(tx, [scene_of(two, tx, owner)]),
    "known_files": lambda two, tx, owner: known_files(tx),
    "files_of": lambda two, tx, owner: files_of(tx, two.videos[owner]),
    "saved_searches": lambda two, tx, owner: (saved_searches(tx), count_saved(tx)),
    "find_saved": lambda two, tx, owner: find_saved(tx, "door"),
    "saved_hits": lambda two, tx, owner: saved_hits(tx, find_saved(tx, "door").id, limit=9),
    "fresh_videos": lambda two, tx, owner: fresh_videos(tx),
    "deliveries_of": lambda two, tx, owner: deliveries_of(tx, find_saved(tx, "door").id),
    "waiting_deliveries": lambda two, tx, owner: waiting_deliveries(tx, find_saved(tx, "door").id),
    "videos_due": lambda two, tx, owner: videos_due(tx, Due(until=datetime(2100, 1, 1, tzinfo=UTC))),
    "forgotten": lambda two, tx, owner: forgotten(tx, "/films/gone.mkv", 1, 1),
    "files_at": lambda two, tx, owner: files_at(tx, ["/films/mine.mkv", "/films/theirs.mkv"]),
    "same_file": lambda two, tx, owner: same_file(tx, 7, 1, 1),
    "descriptions_of": lambda two, tx, owner: descriptions_of(tx, two.videos[owner]),
    "read_backgrounds": lambda two, tx, owner: read_backgrounds(tx),
    "vectors_by_space": lambda two, tx, owner: vectors_by_space(tx),
    "search_channels": lambda two, tx, owner: search_channels(
        tx, terms=["car", "bus"], vectors=[vector(two.visual)], filters=Filters(), k=50
    ),
    "search in videos": lambda two, tx, owner: search_channels(
        tx,
        terms=["car"],
        vectors=[vector(two.visual)],
        filters=Filters(video_ids=tuple(two.videos.values())),
        k=50,
    ),
    "score_scenes": lambda two, tx, owner: score_scenes(tx, vector(two.visual), [scene_of(two, tx, owner)]),
    "scene_vectors": lambda two, tx, owner: scene_vectors(tx, scene_of(two, tx, owner), two.visual),
    "vectors_of": lambda two, tx, owner: vectors_of(tx, [scene_of(two, tx, owner)], two.visual),
    "some_vectors": lambda two, tx, owner: len(some_vectors(tx, two.visual, 100)),
    "lacking": lambda two, tx, owner: (lacking(tx, two.visual), without_embeddings(tx, two.visual)),
    "preferences": lambda two, tx, owner: (preferences(tx), preference(tx, "visual_mode")),
    "choices": lambda two, tx, owner: (choices(tx), live_spaces(tx)),
    "keys_of": lambda two, tx, owner: keys_of(tx),
    "own_entry": lambda two, tx, owner: own_entry(tx),
    "entities": lambda two, tx, owner: (entities(tx), count_entities(tx)),
    "find_entity": lambda two, tx, owner: (find_entity(tx, "someone"), find_entity(tx, entity_of(tx))),
    "examples_of": lambda two, tx, owner: examples_of(tx, entity_of(tx)),
    "example_picture": lambda two, tx, owner: example_picture(
        tx, entity_of(tx), examples_of(tx, entity_of(tx))[0].id
    ),
    "scenes_like": lambda two, tx, owner: scenes_like(tx, two.visual, [crop_of(two, owner)], Filters()),
    "scenes_like in videos": lambda two, tx, owner: scenes_like(
        tx, two.visual, [crop_of(two, owner)], Filters(video_ids=tuple(two.videos.values()))
    ),
    "scenes_like by index": lambda two, tx, owner: scenes_like(
        tx, two.visual, [crop_of(two, owner)], Filters(), exact_up_to=0
    ),
    "cosines_by_chance": lambda two, tx, owner: sorted(
        cosines_by_chance(tx, two.visual, unit(3), []).tolist()
    ),
    "scene_at": lambda two, tx, owner: scene_at(tx, two.videos[owner], 0.5),
    "videos_without": lambda two, tx, owner: (videos_without(tx, PARTS, two.visual), 1),
    "baselines": lambda two, tx, owner: (baselines(tx), count_baselines(tx), find_baseline(tx, "usual")),
    "mean_of": lambda two, tx, owner: mean_of(
        tx, two.visual, Normal(videos=tuple(two.videos.values()), scenes=(scene_of(two, tx, owner),))
    ),
    "cosines_along": lambda two, tx, owner: cosines_along(tx, two.visual, two.videos[owner], unit(3)),
    "bare_scenes_of": lambda two, tx, owner: bare_scenes_of(tx, two.videos[owner]),
}


@pytest.mark.parametrize("name", READS)
def test_what_forgets_its_owner_answers_as_if_it_had_not(two: Two, name: str) -> None:
    before = Careless.forgotten
    for owner in (two.mine, two.theirs):
        answer = two.careful(owner, READS[name])
        assert two.careless(owner, READS[name]) == answer
        assert answer not in (None, [], {})
    if name != "own_entry":  # its table has an id in place of an owner_id
        assert Careless.forgotten > before
    assert two.careful(two.mine, READS[name]) is not None


def theirs(two: Two, name: str) -> Any:
    """An id of the other owner's."""
    with two.database.transaction(two.theirs) as tx:
        keys = keys_of(tx)
        entity = entity_of(tx)
        return {
            "scene": scene_of(two, tx, two.theirs),
            "key": keys[0].id,
            "entity": entity,
            "example": examples_of(tx, entity)[0].id,
            "baseline": find_baseline(tx, "usual").id,
            "bin": find_bin(tx, "bin").id,
        }[name]


def session_of(two: Two) -> UUID:
    rows = two.catalogue.rows(table(two, "api_keys"), two.theirs)
    return UUID(next(row["id"] for row in rows if row["session_of"]))


def table(two: Two, name: str) -> Owned:
    return next(one for one in two.catalogue.owned() if one.name == name)


WRITES: dict[str, Ask] = {
    "remove_video": lambda two, tx, owner: remove_video(tx, two.videos[two.theirs]),
    "tag_video": lambda two, tx, owner: tag_video(tx, two.videos[two.theirs], ["x"]),
    "mark_missing": lambda two, tx, owner: mark_missing(tx, ["/films/theirs.mkv"]),
    "put_description": lambda two, tx, owner: put_description(
        tx, theirs(two, "scene"), "m", Description(description="mine", summary="", tags=())
    ),
    "revoke_key": lambda two, tx, owner: revoke_key(tx, theirs(two, "key")),
    "note_use": lambda two, tx, owner: note_use(tx, theirs(two, "key")),
    "end_session": lambda two, tx, owner: end_session(tx, session_of(two)),
    "write_session": lambda two, tx, owner: write_session(tx, new_token(), theirs(two, "key"), 60),
    "rename_entity": lambda two, tx, owner: rename_entity(tx, theirs(two, "entity"), "mine"),
    "remove_entity": lambda two, tx, owner: remove_entity(tx, theirs(two, "entity")),
    "add_example": lambda two, tx, owner: add_example(
        tx, theirs(two, "entity"), picture=b"mine", space=two.visual.id, vector=unit(1)
    ),
    "remove_example": lambda two, tx, owner: remove_example(
        tx, theirs(two, "entity"), theirs(two, "example")
    ),
    "embed_example": lambda two, tx, owner: embed_example(
        tx, theirs(two, "entity"), theirs(two, "example"), two.visual.id, unit(1)
    ),
    "note_chance": lambda two, tx, owner: note_chance(
        tx,
        theirs(two, "entity"),
        theirs(two, "example"),
        Chance(space=1, vectors=1, seen=1, mean=0, spread=0),
    ),
    "rename_baseline": lambda two, tx, owner: rename_baseline(tx, theirs(two, "baseline"), "mine"),
    "remove_baseline": lambda two, tx, owner: remove_baseline(tx, theirs(two, "baseline")),
    "forget": lambda two, tx, owner: forget(tx, ["visual_mode"]),
    "prefer": lambda two, tx, owner: prefer(tx, "visual_mode", "auto"),
    "write_background": lambda two, tx, owner: write_background(tx, two.visual.id, [0.5] * 9, 1),
    "tag_scene": lambda two, tx, owner: tag_scene(tx, find_scene(tx, theirs(two, "scene")), ["mine"]),
    "rename_bin": lambda two, tx, owner: rename_bin(tx, theirs(two, "bin"), "mine"),
    "put_in": lambda two, tx, owner: put_in(tx, theirs(two, "bin"), []),
    "remove_bin": lambda two, tx, owner: remove_bin(tx, theirs(two, "bin")),
    "change_corrections": lambda two, tx, owner: change_corrections(tx, two.videos[owner], [a_correction(9)]),
    "write_video": lambda two, tx, owner: write_video(
        tx, record("aa", ["changed"], embeddings={two.visual.id: embeddings([unit(77)])})
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_forgets_its_owner_changes_nothing_of_another(two: Two, name: str) -> None:
    before = {one.name: two.catalogue.rows(one, two.theirs) for one in two.catalogue.owned()}
    with suppress(NotFoundError, StoreError):
        two.careless(two.mine, WRITES[name])
    after = {one.name: two.catalogue.rows(one, two.theirs) for one in two.catalogue.owned()}
    assert after == before


def test_the_statements_that_were_meant_do_forget(two: Two) -> None:
    """As the operator, who sees everybody, the same careless statement does show another's rows."""
    with two.database.operator() as statements:
        careless = Careless(statements._connection, two.mine)
        assert len(list_videos(careless)) == 2
        assert len(keys_of(careless)) == 2


def tables(two: Two, kinds: str = "rp") -> list[Owned]:
    return [one for one in two.catalogue.owned(kinds) if not one.partition]


def run(tx: Transaction, query: Composed) -> list[Row]:
    return tx.execute(query)


def test_no_table_shows_a_row_of_another(two: Two) -> None:
    names = {one.name for one in tables(two, "rpv")}
    assert names >= {
        "videos", "files", "scenes", "keyframes", "captions", "descriptions", "embeddings", "postings",
        "owner_settings", "backgrounds", "api_keys", "owners", "video_scenes",
    }  # fmt: skip
    for one in tables(two, "rpv"):
        for owner, other in ((two.mine, two.theirs), (two.theirs, two.mine)):
            assert two.catalogue.rows(one, other), f"{one.name} has no row of {other} to hide"
            with two.database.transaction(owner) as tx:
                rows = run(tx, SQL("select * from {}").format(Identifier(one.name)))
                assert {row[one.owner] for row in rows} == {owner}, one.name
                assert len(rows) == len(two.catalogue.rows(one, owner)), one.name
                count = run(
                    tx,
                    SQL("select count(*) as n from {} where {} = {}").format(
                        Identifier(one.name), Identifier(one.owner), Literal(other)
                    ),
                )
                assert count == [{"n": 0}], one.name


def test_without_an_owner_nothing_is_to_be_seen(two: Two) -> None:
    with two.database.ownerless() as nobody:
        for one in tables(two, "rpv"):
            assert nobody.execute(SQL("select * from {}").format(Identifier(one.name))) == [], one.name


def app_may(two: Two, one: Owned, privilege: str) -> bool:
    (row,) = two.catalogue.admin.execute(
        "select has_table_privilege('scenedex_app', %s, %s) as may", [one.name, privilege]
    ).fetchall()
    return bool(row["may"])


def test_no_table_takes_a_row_of_another(two: Two) -> None:
    """Not by INSERT, nor over a row that is there, nor by giving one's own away."""
    for one in tables(two):
        if not app_may(two, one, "insert"):
            assert one.name == "owners"
            continue
        row = two.catalogue.rows(one, two.theirs)[0]
        insert = SQL(
            "insert into {0} overriding system value select * from jsonb_populate_record(null::{0}, {1}::jsonb)"
        ).format(Identifier(one.name), Literal(psycopg.types.json.Jsonb(row)))
        give = SQL("update {} set {} = {}").format(
            Identifier(one.name), Identifier(one.owner), Literal(two.theirs)
        )
        for attempt in (insert, insert + SQL(" on conflict do nothing"), give):
            with (
                two.database.transaction(two.mine) as tx,
                pytest.raises(StoreError, match="row-level security"),
            ):
                run(tx, attempt)


def test_what_is_changed_or_deleted_without_a_condition_is_ones_own(fresh: Two) -> None:
    before = {one.name: fresh.catalogue.rows(one, fresh.theirs) for one in tables(fresh)}
    for one in tables(fresh):
        if app_may(fresh, one, "update"):
            with fresh.database.transaction(fresh.mine) as tx:
                query = SQL("update {0} set {1} = {1}").format(Identifier(one.name), Identifier(one.owner))
                run(tx, query)
    for one in tables(fresh):
        if app_may(fresh, one, "delete"):
            with fresh.database.transaction(fresh.mine) as tx:
                run(tx, SQL("delete from {}").format(Identifier(one.name)))
            assert fresh.catalogue.rows(one, fresh.mine) == [], one.name
    assert {one.name: fresh.catalogue.rows(one, fresh.theirs) for one in tables(fresh)} == before


def test_functions_show_nothing_of_another(two: Two) -> None:
    asked = {"theirs": two.theirs, "video": two.videos[two.theirs], "vector": unit(3)}
    with two.database.transaction(two.theirs) as tx:
        scenes = [scene.id for scene in scenes_of(tx, two.videos[two.theirs])]
    for query in (
        "select * from search_scenes_by_visual_clip_embedding(%(vector)s::halfvec::vector, -1, 50, null, %(theirs)s)",
        "select * from search_scenes_by_visual_clip_embedding(%(vector)s::halfvec::vector, -1, 50, %(video)s)",
        "select * from batch_score_scenes_clip(%(scenes)s::uuid[], %(vector)s::halfvec::vector)",
    ):
        for owner, found in ((two.mine, False), (two.theirs, True)):
            with two.database.transaction(owner) as tx:
                assert bool(tx.execute(query, {**asked, "scenes": scenes})) == found, query


def test_a_partition_cannot_be_read_past_its_table(two: Two) -> None:
    partitions = [one for one in two.catalogue.owned() if one.partition]
    assert len(partitions) == 2
    for one in partitions:
        with two.database.transaction(two.mine) as tx, pytest.raises(StoreError, match="permission denied"):
            run(tx, SQL("select * from {}").format(Identifier(one.name)))


def test_the_guard_cannot_be_switched_off(two: Two) -> None:
    for query in (
        "set local row_security = off; select * from videos",
        "alter table videos disable row level security",
        "drop policy own on videos",
        "set local role scenedex_owner; select * from videos",
        "set local role scenedex_operator",
        "set local session authorization scenedex_operator",
    ):
        with two.database.transaction(two.mine) as tx, pytest.raises(StoreError):
            tx.execute(query)  # type: ignore[arg-type]


def test_every_table_of_an_owner_is_guarded(two: Two) -> None:
    assert two.catalogue.unguarded() == []


def test_a_new_table_of_an_owner_without_a_guard_is_found(fresh: Two) -> None:
    fresh.catalogue.admin.execute("create table forgotten (owner_id uuid not null, secret text)")
    fresh.catalogue.admin.execute("grant all on forgotten to scenedex_app")
    assert fresh.catalogue.unguarded() == [
        "forgotten has no forced row-level security",
        "forgotten has not the policy of its owner alone: None",
    ]
    fresh.catalogue.complete(fresh.mine, fresh.theirs)
    with pytest.raises(AssertionError, match="forgotten"):
        test_no_table_shows_a_row_of_another(fresh)
    for statement in (
        "alter table forgotten enable row level security",
        "alter table forgotten force row level security",
        "create policy own on forgotten using (true)",
    ):
        fresh.catalogue.admin.execute(statement)
    assert "policy of its owner alone" in fresh.catalogue.unguarded()[0]
    with pytest.raises(AssertionError, match="forgotten"):
        test_no_table_shows_a_row_of_another(fresh)


def test_a_key_is_found_by_its_id_and_by_nothing_else(two: Two) -> None:
    with two.database.ownerless() as nobody:
        key = theirs(two, "key")
        (found,) = nobody.execute("select * from find_api_key(%(key)s)", {"key": key})
        assert found["owner_id"] == two.theirs
        assert nobody.execute("select * from find_api_key(%(key)s)", {"key": uuid4()}) == []
        assert nobody.execute("select * from find_api_key(null)") == []


def test_only_the_app_may_look_for_keys(two: Two) -> None:
    rows = two.catalogue.admin.execute(
        """select grantee::regrole::text as who from pg_proc, aclexplode(proacl)
        where proname = 'find_api_key' and grantee <> proowner"""
    ).fetchall()
    assert rows == [{"who": "scenedex_app"}]
    (function,) = two.catalogue.admin.execute(
        "select prosecdef, proconfig from pg_proc where proname = 'find_api_key'"
    ).fetchall()
    assert function == {"prosecdef": True, "proconfig": ["search_path=pg_catalog, pg_temp"]}


def test_a_table_of_the_same_name_in_front_is_not_taken(two: Two) -> None:
    connection = two.database.connect_app()
    try:
        connection.autocommit = True
        connection.execute(
            """create temporary table api_keys (owner_id uuid, id uuid, secret_hash bytea, access text,
            session_of uuid, revoked_at timestamptz, expires_at timestamptz, last_used_at timestamptz)"""
        )
        forged = uuid4()
        connection.execute(
            "insert into pg_temp.api_keys (owner_id, id, secret_hash, access) values (%s, %s, '', 'admin')",
            [two.theirs, forged],
        )
        assert connection.execute("select * from find_api_key(%s)", [forged]).fetchall() == []
    finally:
        connection.close()
