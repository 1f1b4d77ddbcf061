"""`scenedex demo --json`; what a whole run of the command shows is in tests/integration/test_demo.py."""

import json
from functools import partial
from pathlib import Path

import pytest
from tests.demo_run import FILM
from typer.testing import CliRunner

from scenedex.cli.main import app
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
