"""`scenedex plan`: what the router would do, without a library."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from scenedex.cli.main import app
from scenedex.search.question import MAX_QUERY


def process(home: Path, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """As it is typed."""
    env = {
        "PYTHONPATH": ":".join(sys.path),
        "SCENEDEX_HOME": str(home / "library"),
        "PATH": "",
        "COLUMNS": "200",
    }
    return subprocess.run(
        [sys.executable, "-m", "scenedex", "plan", *words],
        env=env,
        input=stdin,
        capture_output=True,
        timeout=120,
    )


def run(*words: str, stdin: bytes = b"") -> Result:
    """The same in this process, which takes no second to begin."""
    return CliRunner().invoke(app, ["plan", *words], input=stdin, env={"COLUMNS": "200"})


def test_one_query(tmp_path: Path) -> None:
    shown = process(tmp_path, "red car at night")
    assert shown.returncode == 0
    assert shown.stdout.decode().split()[:3] == ["recall", "0.9", "visual"]
    assert "object: car; attribute: red, night" in shown.stdout.decode()
    told = json.loads(run("red car at night", "--json", "--mode", "skip").stdout)
    assert (told["query"], told["mode"]) == ("red car at night", "skip")
    assert "visual" not in told["weights"]
    assert sum(told["weights"].values()) == pytest.approx(1, abs=1e-5)
    assert list(tmp_path.iterdir()) == []


def test_one_plan_a_line(tmp_path: Path) -> None:
    lines = "\ufeffhe says goodbye\r\n\n  \n떡볶이 장면\nred car driving".encode()
    answered = process(tmp_path, "--stdin", "--json", stdin=lines)
    told = [json.loads(line) for line in answered.stdout.splitlines()]
    assert [(one["query"], one["mode"], one["confidence"]) for one in told] == [
        ("he says goodbye", "skip", 0.9),
        ("떡볶이 장면", "rerank", 0.5),
        ("red car driving", "recall", 0.9),
    ]
    assert (answered.returncode, answered.stderr) == (0, b"")
    assert len(run("--stdin", stdin=lines).stdout.splitlines()) == 3
    assert run("--stdin").exit_code == 0


def test_a_line_that_is_no_query_is_named_and_the_rest_is_done() -> None:
    lines = b"red car\n\xff\xfe\n" + b"x" * (MAX_QUERY + 1) + b"\ndog\n"
    answered = run("--stdin", "--json", stdin=lines)
    assert answered.exit_code == 1
    assert [json.loads(line)["query"] for line in answered.stdout.splitlines()] == ["red car", "dog"]
    assert "Line 2 is no UTF-8" in answered.stderr
    assert "Line 3 has no plan. The query has 2,001 characters" in answered.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "Give one query"),
        (("dog", "--stdin"), "not both"),
        (("  ",), "the query is empty"),
        (("x" * (MAX_QUERY + 1),), "2,001 characters"),
        (("\udcff dog",), "no UTF-8"),
        (("dog", "--mode", "fast"), "no mode called fast"),
        (("--stdin", "--mode", "fast"), "no mode called fast"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], complaint: str) -> None:
    failed = run(*words)
    assert (failed.exit_code, failed.stdout) == (2, "")
    assert complaint in " ".join(failed.stderr.split())


def test_what_plans_needs_no_database() -> None:
    program = (
        "import sys, scenedex.cli.plan\n"
        "print([name for name in sys.modules if name.startswith(('psycopg', 'scenedex.store'))])"
    )
    env = {"PYTHONPATH": ":".join(sys.path)}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    assert printed.stdout == "[]\n"
