"""The reader of statements that the tests rely on: it must see each way in which an owner can be missing."""

from uuid import UUID

import pytest
from tests.owner_bound import OwnerBound

TABLES = {"videos", "scenes", "postings"}
PARAMS = {"owner": UUID(int=1), "many": [UUID(int=1)]}


@pytest.mark.parametrize(
    "query",
    [
        "select * from videos where owner_id = %(owner)s",
        "select * from videos v join scenes s on s.owner_id = v.owner_id where v.owner_id = %(owner)s",
        "select from videos v left join scenes s on s.owner_id = v.owner_id where v.owner_id = %(owner)s and a ? %(b)s",
        "select from videos v where owner_id = %(owner)s and exists (select from scenes where owner_id = v.owner_id)",
        "with a as (table spaces) select from a, videos v where v.owner_id = a.owner_id and v.owner_id = %(owner)s",
        "with videos as (select 1) select * from videos",
        "select * from spaces",
        "select * from unnest(%(many)s::uuid[]) t(x), lateral (select from postings p where p.owner_id = %(owner)s) y",
        "insert into videos (owner_id, id) values (%(owner)s, 1) on conflict do nothing",
        "insert into videos (owner_id, id) select owner_id, id from scenes where owner_id = %(owner)s",
        "update scenes set a = 1 where owner_id = %(owner)s::uuid",
        "delete from scenes s using videos v where v.owner_id = s.owner_id and v.owner_id = %(owner)s",
    ],
)
def test_statements_of_one_owner_pass(query: str) -> None:
    assert OwnerBound(TABLES, PARAMS).check(query).problems == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("select * from videos v", "videos as v"),
        ("select * from videos where owner_id = any(%(many)s)", "videos as videos"),
        ("select * from videos where owner_id = %(many)s", "videos as videos"),
        ("select * from videos where owner_id = %(owner)s or true", "videos as videos"),
        ("select * from videos where not owner_id = %(owner)s", "videos as videos"),
        (
            "select * from videos v join scenes s on s.video_id = v.id where v.owner_id = %(owner)s",
            "scenes as s",
        ),
        (
            "select * from videos v where v.owner_id = %(owner)s and exists (select from scenes s where s.id = v.id)",
            "scenes as s",
        ),
        ("with a as (select * from videos) select * from a where owner_id = %(owner)s", "videos as videos"),
        ("select (select count(*) from scenes)", "scenes as scenes"),
        (
            "select 1 from videos where owner_id = %(owner)s union all select 2 from scenes",
            "scenes as scenes",
        ),
        ("insert into videos (id) values (1)", "insert into videos"),
        ("insert into videos (owner_id, id) select owner_id, id from scenes", "scenes as scenes"),
        ("update scenes set a = 1 where id = 1", "scenes as scenes"),
        ("delete from scenes using videos v where v.owner_id = %(owner)s", "scenes as scenes"),
    ],
)
def test_statements_that_leave_the_owner_out_are_found(query: str, problem: str) -> None:
    assert problem in OwnerBound(TABLES, PARAMS).check(query).problems
