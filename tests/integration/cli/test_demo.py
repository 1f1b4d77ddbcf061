"""`scenedex demo --json`; what a whole run of the command shows is in tests/integration/test_demo.py."""

import json
from functools import partial
from pathlib import Path

import pytest
from tests.demo_run import FILM
from typer.testing import CliRunner

from scenedex import open_library
from scenedex.cli.main import app
from scenedex.config import read_settings
from scenedex.demo.film import draw_film, showcase
from scenedex.demo.script import SCRIPT


@pytest.mark.usefixtures("shared_server")
def test_the_film_and_the_answers_as_one_document(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenedex.cli.demo.draw_film", partial(draw_film, shots=SCRIPT[:2]))
    done = CliRunner().invoke(app, ["demo", "--json"], env={"SCENEDEX_HOME": str(home)})
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert set(told) == {"film", "answers"}
    assert (told["film"]["outcome"], Path(told["film"]["path"])) == ("indexed", home / "demo" / FILM)
    assert [answer["query"] for answer in told["answers"]] == list(showcase())
    assert {hit["video_id"] for answer in told["answers"] for hit in answer["hits"]} == {
        told["film"]["video_id"]
    }


@pytest.mark.usefixtures("shared_server")
def test_a_film_that_older_models_have_seen_is_indexed_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenedex.cli.demo.draw_film", partial(draw_film, shots=SCRIPT[:2]))
    asked = ["demo", "--json"]
    assert CliRunner().invoke(app, asked, env={"SCENEDEX_HOME": str(home)}).exit_code == 0
    with (
        open_library(
            home, settings=read_settings().model_copy(update={"scenedex_profile": "mini"})
        ) as library,
        library._database.migrator() as connection,
    ):
        connection.execute(
            "update spaces set name = 'mini-pictures@older', revision = 'older' where name like 'mini-pictures@%'"
        )
    told = json.loads(CliRunner().invoke(app, asked, env={"SCENEDEX_HOME": str(home)}).stdout)
    assert {reason for answer in told["answers"] for reason in answer["degraded"]} == set()
    assert told["film"]["outcome"] != "unchanged"
    again = json.loads(CliRunner().invoke(app, asked, env={"SCENEDEX_HOME": str(home)}).stdout)
    assert again["film"]["outcome"] == "unchanged"
