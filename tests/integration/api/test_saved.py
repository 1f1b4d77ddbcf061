"""Saved searches over HTTP."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from tests.integration.api.shelf import Shelf, client_for

from scenedex.types import Access

PLACE = "/api/v1/saved-searches"


@pytest.fixture
def made(client: TestClient, shared: Shelf) -> Iterator[dict[str, object]]:
    order = {
        "name": "Door",
        "query": "a person",
        "hours": "22-6",
        "speaker": "Zoe",
        "zone": "Europe/Berlin",
        "webhook": "https://a.test/x",
    }
    answer = client.post(PLACE, json=order)
    assert answer.status_code == 201, answer.text
    yield answer.json()
    client.delete(f"{PLACE}/{answer.json()['id']}")


def test_a_search_is_made_shown_tested_and_removed(client: TestClient, made: dict[str, object]) -> None:
    assert str(made["secret"]).startswith("whsec_")
    assert (made["hours"], made["band"], made["stopped"]) == ("22:00-06:00", "possible", None)
    assert made["speaker"] == "Zoe"
    here = f"{PLACE}/{made['id']}"
    page = client.get(PLACE).json()
    assert (page["total"], page["searches"]) == (1, [client.get(here).json()])
    assert "secret" not in page["searches"][0]
    assert client.get(f"{here}/hits").json() == {"hits": [], "total": 0}
    sent = client.post(f"{here}/test")
    assert sent.status_code == 202
    (delivery,) = client.get(f"{here}/deliveries").json()["deliveries"]
    assert (delivery["id"], delivery["state"], "body" in delivery) == (
        sent.json()["delivery"],
        "waiting",
        False,
    )
    assert client.post(PLACE, json={"name": "door", "query": "x"}).status_code == 422
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == 404


@pytest.mark.parametrize(("access", "shown"), [("read", "https://a.test"), ("write", "https://a.test/x")])
def test_the_path_of_a_webhook_is_for_those_who_may_write(
    made: dict[str, object], shared: Shelf, access: Access, shown: str
) -> None:
    """Those of chats are secrets: who knows one can write there."""
    with client_for(shared.library, access=access) as asking:
        (listed,) = asking.get(PLACE).json()["searches"]
        assert (listed["webhook"], listed["id"]) == (shown, made["id"])
        assert asking.get(f"{PLACE}/{made['id']}").json() == listed


def test_a_stranger_finds_nothing(stranger: TestClient, made: dict[str, object]) -> None:
    here = f"{PLACE}/{made['id']}"
    assert stranger.get(PLACE).json() == {"searches": [], "total": 0}
    for answer in (
        stranger.get(here), stranger.get(f"{here}/hits"), stranger.get(f"{here}/deliveries"),
        stranger.post(f"{here}/test"), stranger.delete(here),
    ):  # fmt: skip
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"query": ""}, {"query": "\0"}, {"name": " "}, {"hours": "night"}, {"hours": "25-26"},
        {"zone": "../etc/passwd"},
        {"band": "great"},
        {"webhook": "http://169.254.169.254:8080/"}, {"webhook": "gopher://a.test"}, {"webhook": "http://u:p@a.test"},
        {"speaker": " "}, {"speaker": 7}, {"speaker": "x" * 101},
        {"tags": ["", " "]}, {"anchor": {}}, {"query": 7}, {"tags": "a"},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client: TestClient, wrong: dict[str, object]) -> None:
    answer = client.post(PLACE, json={"name": "x", "query": "a", **wrong})
    assert answer.status_code == 422, answer.text
    assert set(answer.json()["error"]) >= {"code", "message"}
