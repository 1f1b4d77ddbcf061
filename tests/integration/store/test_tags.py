from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.store.records import record

from scenedex.errors import NotFoundError, UsageError
from scenedex.store.database import Database
from scenedex.store.tags import MAX_TAGS, normalized_tag
from scenedex.store.videos import get_video, tag_video, write_video
from scenedex.types import LOCAL_OWNER


@pytest.fixture
def video(database: Database) -> UUID:
    with database.transaction(LOCAL_OWNER) as tx:
        return write_video(tx, record())


def tag(database: Database, video: UUID, add: object = (), remove: object = ()) -> tuple[str, ...]:
    with database.transaction(LOCAL_OWNER) as tx:
        return tag_video(tx, video, add, remove)  # type: ignore[arg-type]


def test_tags_are_added_removed_and_kept_once(database: Database, video: UUID) -> None:
    assert tag(database, video) == ()
    assert tag(database, video, ["  Holiday ", "BEACH", "holiday"]) == ("beach", "holiday")
    assert tag(database, video, ["해변", "straße"]) == ("beach", "holiday", "strasse", "해변")
    assert tag(database, video, ["beach"], ["STRASSE", "never had"]) == ("beach", "holiday", "해변")
    with database.transaction(LOCAL_OWNER) as tx:
        assert get_video(tx, video).tags == ("beach", "holiday", "해변")


def test_indexing_again_keeps_the_tags(database: Database, video: UUID) -> None:
    tag(database, video, ["holiday"])
    with database.transaction(LOCAL_OWNER) as tx:
        assert write_video(tx, record(recipe="another")) == video
        assert get_video(tx, video).tags == ("holiday",)


@pytest.mark.parametrize(
    ("add", "remove", "message"),
    [
        ([""], [], "blank"),
        (["ok", " \t\n"], [], "blank"),
        (["\0"], [], "blank"),
        ([], ["  "], "blank"),
        (["x" * 65], [], "64 characters at most, this one has 65"),
        (["ß" * 33], [], "this one has 66"),
        (["a"], ["A "], "both added and removed"),
        ("word", [], "list of texts"),
        ([f"t{n}" for n in range(MAX_TAGS + 1)], [], "100 tags at most, these would make 102"),
    ],
)
def test_what_cannot_be_a_tag_changes_nothing(
    database: Database, video: UUID, add: object, remove: object, message: str
) -> None:
    tag(database, video, ["kept"])
    with pytest.raises(UsageError, match=message):
        tag(database, video, add, remove)
    assert tag(database, video) == ("kept",)


def test_the_limit_is_of_what_the_video_has_then(database: Database, video: UUID) -> None:
    most = [f"t{n:03}" for n in range(MAX_TAGS)]
    assert len(tag(database, video, most)) == MAX_TAGS
    with pytest.raises(UsageError, match="these would make 101"):
        tag(database, video, ["one more"])
    assert tag(database, video, ["one more"], ["t000"])[0] == "one more"


def test_a_video_of_another_owner_is_not_there(database: Database, video: UUID) -> None:
    with pytest.raises(NotFoundError), database.transaction(uuid4()) as tx:
        tag_video(tx, video, ["mine"])
    with pytest.raises(NotFoundError):
        tag(database, uuid4(), ["x"])
    assert tag(database, video) == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=70))
def test_any_text_is_a_tag_that_stays_the_same_or_an_error(
    database: Database, video: UUID, text: str
) -> None:
    try:
        stored = normalized_tag(text)
    except UsageError:
        with pytest.raises(UsageError):
            tag(database, video, [text])
        return
    assert normalized_tag(stored) == stored
    assert tag(database, video, [text]) == (stored,)
    assert tag(database, video, remove=[text]) == ()
