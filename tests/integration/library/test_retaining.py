"""Videos are forgotten by rule, and only by rule."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.media import make_clip
from typer.testing import CliRunner

from scenedex import Library, open_library
from scenedex.cli.main import app
from scenedex.errors import NotFoundError, UsageError
from scenedex.indexing.tracking import Patience
from scenedex.library.living import WatchOptions
from scenedex.library.retaining import RetentionRule, parse_age
from scenedex.store.preferences import prefer

DAY_S = 86_400.0
NAMES = ("old", "older", "kept", "other", "new")


@pytest.fixture
def library(home: Path, tmp_path: Path, shared_server: None) -> Iterator[Library]:
    """Five videos; `older` was added now and recorded long ago, `new` the other way round."""
    with open_library(home) as opened:
        folder = tmp_path / "films"
        folder.mkdir()
        for n, name in enumerate(NAMES):
            make_clip(folder / f"{name}.mp4", 0.2 + 0.04 * n)
        opened.add(folder)
        for name in NAMES:
            opened.tag(f"{name}.mp4", ["outside" if name == "other" else "CCTV"])
        opened.tag("kept.mp4", ["keep"])
        now = datetime.now(UTC)
        with opened.transaction() as tx:
            for name, recorded, added in (
                ("old", None, 100), ("older", 400, 0), ("kept", None, 100), ("other", None, 100), ("new", 1, 300),
            ):  # fmt: skip
                tx.execute(
                    """update videos set added_at = %(added)s, recorded_at = %(recorded)s
                    where owner_id = %(owner)s and title = %(title)s""",
                    {
                        "added": now - timedelta(days=added),
                        "recorded": recorded and now - timedelta(days=recorded),
                        "title": f"{name}.mp4",
                    },
                )
        yield opened


RULE = RetentionRule(older_than_s=90 * DAY_S, tags=("cctv",), except_tags=("Keep",))


def there(library: Library) -> set[str]:
    return {video.name.removesuffix(".mp4") for video in library.videos()}


def test_a_rule_is_tried_before_it_is_applied(library: Library, tmp_path: Path) -> None:
    found = library.retain(RULE)
    assert [video.name for video in found.videos] == ["older.mp4", "old.mp4"]
    assert not found.applied
    assert there(library) == set(NAMES)
    done = library.retain(RULE, apply=True)
    assert [video.name for video in done.videos] == ["older.mp4", "old.mp4"]
    assert done.applied
    assert there(library) == {"kept", "other", "new"}
    assert {path.stem for path in (tmp_path / "films").iterdir()} == set(NAMES)  # not one file is touched
    assert library.retain(RULE, apply=True).videos == ()


def test_only_an_owners_own_videos(library: Library) -> None:
    other = library.of(UUID(int=7))
    assert other.retain(RULE, apply=True).videos == ()
    other.keep_retention_rule(RetentionRule(name="mine", older_than_s=1.0, on=True))
    assert library.retention_rules() == []
    assert other.apply_retention() == ()
    assert there(library) == set(NAMES)


def test_a_rule_that_is_kept_does_nothing_until_it_is_on(library: Library) -> None:
    library.keep_retention_rule(RetentionRule(name=" cameras ", older_than_s=90 * DAY_S, tags=("CCTV",)))
    assert [(rule.name, rule.tags, rule.on) for rule in library.retention_rules()] == [
        ("cameras", ("cctv",), False)
    ]
    assert library.apply_retention() == ()
    library.turn_retention_rule("cameras", on=True)
    assert {video.name for video in library.apply_retention()} == {"old.mp4", "kept.mp4"}
    assert library.owners_with_retention() == [library.owner]
    library.remove_retention_rule("cameras")
    assert library.retention_rules() == []
    with pytest.raises(NotFoundError):
        library.turn_retention_rule("cameras", on=True)


def test_a_watch_applies_what_is_on_and_does_not_bring_it_back(library: Library, tmp_path: Path) -> None:
    films, options = tmp_path / "films", WatchOptions(patience=Patience(settle_s=0))
    library.keep_retention_rule(RetentionRule(name="a", older_than_s=90 * DAY_S, tags=("cctv",), on=True))
    looked = library.watch_folders(films, options=options).look()
    assert {video.name for video in looked.forgotten} == {"old.mp4", "kept.mp4"}
    assert library.watch_folders(films, options=options).look().quiet
    assert there(library) == {"older", "other", "new"}
    library.add(films / "old.mp4")  # whoever asks for it has it
    assert there(library) == {"older", "other", "new", "old"}


def test_what_came_in_a_short_while_ago_is_forgotten_by_nobody_unasked(library: Library) -> None:
    """`older` says that it was recorded long ago, as a camera does whose clock was never set."""
    library.keep_retention_rule(RetentionRule(name="a", older_than_s=90 * DAY_S, on=True))
    library.apply_retention()
    assert there(library) == {"older", "new"}
    with library.transaction() as tx:
        tx.execute("update videos set added_at = now() - interval '91 days' where owner_id = %(owner)s")
    assert [video.name for video in library.apply_retention()] == ["older.mp4"]


def test_what_is_damaged_in_the_database_is_no_rule(library: Library) -> None:
    with library.transaction() as tx:
        prefer(
            tx,
            "retention",
            [{"name": "x"}, 7, {"name": "y", "older_than_s": -1, "tags": [], "except_tags": [], "on": True}],
        )
    assert library.retention_rules() == []
    assert library.apply_retention() == ()


@pytest.mark.parametrize("age", [0.0, -1.0, float("nan"), float("inf")])
def test_ages_that_make_no_sense(age: float) -> None:
    with pytest.raises(UsageError):
        RetentionRule(older_than_s=age).due(datetime.now(UTC))
    assert RetentionRule(older_than_s=1e13).due(datetime.now(UTC)).until.year == 1


@pytest.mark.parametrize(
    ("text", "seconds"), [("36h", 129_600), ("90d", 7_776_000), (" 2W ", 1_209_600), ("1y", 31_557_600)]
)
def test_ages(text: str, seconds: float) -> None:
    assert parse_age(text) == seconds


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "0d", "1.5d", "90 days", "9999999d", "٣d"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(UsageError, match="no age"):
        parse_age(text)


def test_the_command(library: Library) -> None:
    def scenedex(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(app, ["retain", *arguments], env={"SCENEDEX_HOME": str(library.home)})
        assert done.exit_code == status, (done.output, done.exception)
        return done.output

    options = ("--older-than", "90d", "--tag", "cctv", "--except-tag", "keep")
    assert "2 videos would be forgotten: add --apply" in scenedex(*options, "--save", "cameras")
    assert json.loads(scenedex("rules", "--json"))["rules"][0]["name"] == "cameras"
    assert "off" in scenedex("rules")
    assert "fits 1 video now" in scenedex("on", "cameras")
    assert json.loads(scenedex(*options, "--apply", "--json"))["applied"] is True
    assert there(library) == {"kept", "other", "new"}
    assert "is removed" in scenedex("remove", "cameras")
    assert "Say how old" in scenedex(status=2)
    assert "blank" in scenedex("--older-than", "1d", "--tag", " ", status=2)
