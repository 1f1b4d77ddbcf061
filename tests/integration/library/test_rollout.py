"""What is set for one owner: their next search goes by it, nobody else's does, and one command takes it back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.api.doors import library as tidy
from tests.integration.api.doors import opened
from tests.integration.store.records import embeddings, record, unit
from tests.integration.store.seen import VISUAL
from tests.integration.test_models import equip, weights
from tests.integration.test_switching import NEW, OLD, best, film

from scenedex import Library, open_library
from scenedex.config import Settings
from scenedex.errors import NotFoundError, UsageError
from scenedex.indexing.backfill_report import Order
from scenedex.library.defaults import defaults_of
from scenedex.library.rollout import NAMES, read_assignment
from scenedex.store.database import Database, Query, Row, Statements
from scenedex.store.embedded import EmbeddedServer
from scenedex.store.preferences import prefer
from scenedex.store.spaces import ensure_space, live_spaces
from scenedex.store.switching import switch
from scenedex.store.videos import write_video
from scenedex.types import Space

__all__ = ["opened", "tidy", "weights"]  # fixtures


@pytest.fixture
def seen(
    tmp_path: Path, weights: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, shared_server: None
) -> Iterator[tuple[Library, Library]]:
    """The library of `local` and that of `acme`, each with the same film, seen by the old model."""
    monkeypatch.setenv("SCENEDEX_PROFILE", "golden")
    with open_library(tmp_path / "home") as local:
        equip(local, weights("clip-hf", "siglip2-hf"))
        acme = local.of(local.create_owner("acme").id)
        for each in (local, acme):
            each.add(film(tmp_path, "first.mp4", 3))
        yield local, acme


def test_one_owner_tries_a_new_model(seen: tuple[Library, Library], tmp_path: Path) -> None:
    local, acme = seen
    order = Order(delay_s=0, checkpoint=tmp_path / "checkpoint.json", owner=acme.owner)
    with pytest.raises(NotFoundError, match=f"There is no visual space 'siglip2-hf'. There are: {OLD[:6]}"):
        acme.roll_out({"space.visual": "siglip2-hf"})
    local.backfill(replace(order, max_scenes=2), space="siglip2-hf")
    with pytest.raises(UsageError, match=f"lacks 1 scenes of this owner.*--user-id {acme.owner}"):
        acme.roll_out({"space.visual": "siglip2-hf"})
    assert acme.own_settings() == {}
    assert acme.roll_out({"space.visual": "siglip2-hf"}, incomplete=True).missing == 1
    acme.roll_back()
    local.backfill(order, space="siglip2-hf")

    assert [best(each, "a")[1] for each in (local, acme)] == [[OLD], [OLD]]
    done = acme.roll_out({"space.visual": "siglip2-hf"})
    assert (done.settings, done.missing) == ({"space.visual": NEW}, 0)
    assert best(local, "b") == (0, [OLD])
    assert best(acme, "b") == (2, [NEW])
    assert {space.name: space.state for space, _ in local.spaces()} == {OLD: "live", NEW: "building"}

    with open_library(tmp_path / "home") as other:  # another process, as good as
        equip(other, local.equipment.store.folder)
        assert best(other.of(acme.owner), "c") == (2, [NEW])
        acme.roll_back(["space.visual"])
        assert best(other.of(acme.owner), "d") == (0, [OLD])
        assert best(other, "d") == (0, [OLD])

    acme.roll_out({"space.visual": NEW})
    assert (acme.profile().visual, local.profile().visual) == ("siglip2-hf", "clip-hf")
    acme.add(film(tmp_path, "second.mp4", 2))
    assert acme.roll_out({}).missing == 0
    assert acme.roll_back().missing == 2
    assert acme.profile().visual == "clip-hf"

    acme.roll_out({"visual_mode": "skip"})
    modes = [each.search("red car").plan.mode for each in (acme, local)]
    assert modes[0] == "skip" != modes[1]
    assert acme.search("red car", mode="recall").plan.mode == "recall"


@pytest.fixture
def library(server: EmbeddedServer, database_name: str, tmp_path: Path) -> Iterator[Library]:
    url = server.conninfo("scenedex_owner", database_name)
    with Library(Settings(database_url=url, scenedex_home=tmp_path / "home")) as opened:
        yield opened


@pytest.fixture
def acme(library: Library) -> Library:
    return library.of(library.create_owner("acme").id)


def test_mode_and_weights_are_the_owners_and_what_is_asked_comes_first(
    library: Library, acme: Library
) -> None:
    for each in (library, acme):
        with each.transaction() as tx:
            write_video(tx, record("aa"))
    acme.roll_out({"visual_mode": "skip", "weight.lexical": 3})
    assert (acme.search_defaults().mode, library.search_defaults().mode) == ("skip", "auto")
    assert (acme.search_defaults().weights["lexical"], library.search_defaults().weights["lexical"]) == (
        3,
        0.2,
    )
    acme.roll_out({"weight.lexical": 0})
    with pytest.raises(UsageError, match="Every channel has the weight 0"):
        acme.search("car")
    assert library.search("car").hits
    assert [hit.scene for hit in acme.search("car", mode="skip", weights={"lexical": 1.0}).hits] == [0]
    acme.roll_back(["weight.lexical"])
    assert [hit.scene for hit in acme.search("car").hits] == [0]
    assert acme.own_settings() == {"visual_mode": "skip"}
    acme.roll_back()
    assert acme.search_defaults() == library.search_defaults()
    assert acme.own_settings() == {}


class Counted:
    """How many statements run, and which."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.all: list[str] = []
        execute = Statements.execute

        def counting(
            statements: Statements, query: Query, params: Mapping[str, Any] | None = None
        ) -> list[Row]:
            self.all.append(query if isinstance(query, str) else query.as_string())
            return execute(statements, query, params)

        monkeypatch.setattr(Statements, "execute", counting)

    def of_a_search(self, library: Library) -> list[str]:
        library.search("red car")
        self.all.clear()
        library.search("red car")
        return list(self.all)


def test_what_is_set_costs_a_search_no_statement(
    library: Library, acme: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in (library, acme):
        with each.transaction() as tx:
            write_video(tx, record("aa"))
    counted = Counted(monkeypatch)
    before = counted.of_a_search(acme)
    assert len([query for query in before if "spaces" in query]) == 1
    assert len([query for query in before if "owner_settings" in query]) == 1
    acme.roll_out({"visual_mode": "rerank", "weight.visual": 0.4})
    assert counted.of_a_search(acme) == before
    assert counted.of_a_search(library) == before


OTHER = replace(VISUAL, name="other@1", model="other", state="building")


def live(library: Library) -> list[str]:
    with library.transaction() as tx:
        return [space.name for space in live_spaces(tx)]


def database_of(library: Library) -> Database:
    return library._database


def test_a_choice_takes_the_place_of_all_live_spaces_of_its_modality(library: Library, acme: Library) -> None:
    database = database_of(library)
    words = Space(name="words@1", model="words", revision="1", modality="text", dim=8)
    demo = replace(VISUAL, name="demo@1", model="demo")
    for space in (words, VISUAL, demo, OTHER):
        ensure_space(database, space)
    assert live(acme) == live(library) == ["words@1", VISUAL.name, "demo@1"]
    acme.roll_out({"space.visual": "other"})
    assert live(acme) == ["words@1", "other@1"]
    assert live(library) == ["words@1", VISUAL.name, "demo@1"]
    acme.roll_out({"space.visual": "demo@1"})
    assert live(acme) == ["words@1", "demo@1"]
    acme.roll_back()
    assert live(acme) == live(library)


def test_a_space_that_is_retired_is_nobodys_choice_any_more(library: Library, acme: Library) -> None:
    database = database_of(library)
    ensure_space(database, VISUAL)
    other = ensure_space(database, OTHER)
    acme.roll_out({"space.visual": VISUAL.name})
    switch(database, other)
    assert live(acme) == live(library) == ["other@1"]
    with pytest.raises(UsageError, match="is retired, so no owner can have it"):
        acme.roll_out({"space.visual": VISUAL.name})


@pytest.mark.parametrize("value", ["no such", "words", None, 7, ["other@1"], {"a": 1}])
def test_a_choice_that_cannot_be_is_passed_over(library: Library, acme: Library, value: Any) -> None:
    database = database_of(library)
    ensure_space(database, Space(name="words", model="words", revision="1", modality="text", dim=8))
    ensure_space(database, VISUAL)
    with acme.transaction() as tx:
        prefer(tx, NAMES["space.visual"], value)
    assert live(acme) == live(library)
    with acme.transaction() as tx:
        row = tx.execute(
            "select live_space(%(owner)s, 'visual') as id, (select id from spaces where modality = 'visual')"
        )
    assert row[0]["id"] is not None


def test_sql_and_search_see_the_same_space(library: Library, acme: Library) -> None:
    database = database_of(library)
    ensure_space(database, VISUAL)
    other = ensure_space(database, OTHER)
    with acme.transaction() as tx:
        write_video(tx, record("aa", embeddings={other.id: embeddings([unit(n) for n in range(3)])}))
    acme.roll_out({"space.visual": "other@1"})
    with acme.transaction() as tx:
        (row,) = tx.execute("select live_space(%(owner)s, 'visual') as id")
        seen = tx.execute("select id from video_scenes where embedding_visual_clip is not null")
    assert (row["id"], len(seen)) == (other.id, 3)


def test_what_a_setting_switches_off_stays_off() -> None:
    chosen = {"weight.visual": 9, "weight.audio": 9, "weight.lexical": 9, "visual_mode": "recall"}
    assert defaults_of(Settings(), chosen).weights["visual"] == 9
    assert defaults_of(Settings(clip_enabled=False), chosen).weights["visual"] == 0
    off = defaults_of(Settings(multi_dense_enabled=False), chosen).weights
    assert (off["visual"], off["audio"], off["lexical"]) == (0, 0, 9)


@pytest.mark.parametrize("value", ["x", None, -1, float("nan"), True, [], {}])
def test_what_is_kept_and_makes_no_sense_is_passed_over(value: Any) -> None:
    chosen = {"weight.visual": value, "visual_mode": value}
    assert defaults_of(Settings(), chosen) == defaults_of(Settings())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"visual_mode": "sometimes"}, "no visual mode 'sometimes'"),
        ({"visual_mode": ["skip"]}, "no visual mode"),
        ({"weight.visual": -1}, "must be a number from 0 up"),
        ({"weight.visual": "1"}, "must be a number"),
        ({"weight.visual": True}, "must be a number"),
        ({"weight.visual": float("inf")}, "must be a number"),
        ({"weight.anchor": 1}, "no setting 'weight.anchor'"),
        ({"profile": "mini"}, "no setting 'profile'"),
        ({"space.visual": None}, "no visual space None"),
        ({"visual_mode": "skip", "weight.x": 1}, "no setting 'weight.x'"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_set(
    tidy: Library, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        tidy.roll_out(settings)
    assert tidy.own_settings() == {}
    with pytest.raises(UsageError, match="no setting 'x'"):
        tidy.roll_back(["x"])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("visual_mode=skip", ("visual_mode", "skip")),
        (" weight.visual = 0.4 ", ("weight.visual", 0.4)),
        ("space.visual=a=b", ("space.visual", "a=b")),
        ("weight.visual=true", ("weight.visual", True)),
    ],
)
def test_an_assignment(text: str, read: tuple[str, Any]) -> None:
    assert read_assignment(text) == read


@pytest.mark.parametrize(
    "text", ["", "visual_mode", "weight.visual=much", "weight.visual=", "weight.visual=0,4"]
)
def test_no_assignment(text: str) -> None:
    with pytest.raises(UsageError):
        read_assignment(text)


NAMES_OF_OWNERS = [
    ("Acme", "acme"),
    (" acme ", "acme"),
    ("a.b-c_d+e@f", "a.b-c_d+e@f"),
    ("회사", "회사"),
    ("ＡＢ", "ab"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES_OF_OWNERS)
def test_an_owner_is_found_by_name_and_by_id(tidy: Library, name: str, kept: str) -> None:
    made = tidy.create_owner(name)
    assert made.name == kept
    assert tidy.find_owner(name) == tidy.find_owner(str(made.id)) == made
    assert [owner.name for owner in tidy.owners()] == sorted([kept, "local"])
    with pytest.raises(UsageError, match="already"):
        tidy.create_owner(kept)


@pytest.mark.parametrize(
    "name",
    ["", " ", "-a", "a b", "a/b", "x" * 65, "<b>", "a\0", "\ud800", "00000000-0000-0000-0000-000000000002"],
)
def test_a_name_that_is_none(tidy: Library, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name an owner"):
        tidy.create_owner(name)
    with pytest.raises(NotFoundError):
        tidy.find_owner(name)


def test_an_owner_with_videos_stays(library: Library, acme: Library) -> None:
    acme.roll_out({"visual_mode": "skip"})
    _, key = acme.create_key()
    with acme.transaction() as tx:
        video = write_video(tx, record("aa"))
    with pytest.raises(UsageError, match="has videos"):
        library.remove_owner("acme")
    assert library.grant_of(key) is not None
    acme.remove(str(video))
    assert library.remove_owner("ACME").id == acme.owner
    assert library.grant_of(key) is None
    assert acme.own_settings() == {}
    with pytest.raises(UsageError, match="always there"):
        library.remove_owner("local")
    with pytest.raises(NotFoundError, match="no owner"):
        acme.create_key()
