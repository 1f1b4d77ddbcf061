"""The page's scripts as they are delivered: the same modules with less in them, or what is written, never nothing."""

import json
import logging
import re
from pathlib import Path

import pytest

from scenedex.api import scripts
from scenedex.api.routes.page import FOLDER
from scenedex.api.scripts import Scripts

MODULE = """// Why it is so.
import { given } from "./given.js";
export const made = (argument) => given(argument) + argument; // twice
"""
ORDERED = (
    "export function f(thing) { const n = thing.first; const { m } = thing.second({ n }); return n + m; }"
)
WRONG = 'import { given } from "./given.js"; export const made = ; {'


def links(text: str) -> tuple[list[str], set[str]]:
    """What a module imports, with its places, and the names that it exports."""
    given = re.findall(r'\bimport\b\s*([\w{*][^;"]*?)?\s*(?:from\s*)?\(?"(\.[^"]+)"', text)
    exported = re.findall(r"export\s*(?:async\s+)?(?:function|class|const|let)\s+(\w+)", text)
    grouped = re.findall(r"export\s*(?:const\s*)?\{([^}]*)\}", text)
    return [re.sub(r"\s", "", "".join(one)) for one in given], {
        *exported,
        *re.findall(r"\w+", " ".join(grouped)),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "ui"
    (made / "js").mkdir(parents=True)
    (made / "js" / "one.js").write_text(MODULE)
    (made / "js" / "two.js").write_text(ORDERED)
    return made


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_every_module_of_the_page_keeps_what_it_imports_and_exports(caplog: pytest.LogCaptureFixture) -> None:
    delivered = Scripts(FOLDER)
    for path in FOLDER.rglob("*.js"):
        source, sent = path.read_text(encoding="utf-8"), delivered.delivered(path).decode("utf-8")
        assert len(sent) < len(source), path.name
        assert links(sent) == links(source), path.name
    assert warnings(caplog) == []


def test_the_order_of_declarations_stays(folder: Path) -> None:
    sent = Scripts(folder).delivered(folder / "js" / "two.js").decode()
    assert len(sent) < len(ORDERED)
    assert sent.index(".first") < sent.index(".second")


def test_a_file_that_is_changed_is_delivered_as_it_is_now(folder: Path) -> None:
    delivered, file = Scripts(folder), folder / "js" / "one.js"
    before = delivered.delivered(file)
    assert before == delivered.delivered(file)
    file.write_text(MODULE.replace("made", "other"))
    assert delivered.delivered(file) == before.replace(b"made", b"other")


def test_what_the_minifier_cannot_read_is_delivered_as_it_is_written(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = folder / "js" / "wrong.js"
    wrong.write_text(WRONG)
    delivered = Scripts(folder)
    assert delivered.delivered(wrong) == delivered.delivered(wrong) == WRONG.encode()
    assert len(delivered.delivered(folder / "js" / "one.js")) < len(MODULE)
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(
    "program",
    [
        "import no_such_module",
        "raise SystemExit(0)",
        "print('{')",
        "print('[]')",
        "print('3')",
        "import os; os.abort()",
        "import time; time.sleep(60)",
    ],
)
def test_where_the_minifier_fails_all_is_delivered_as_it_is_written(
    folder: Path, program: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(scripts, "PATIENCE_S", 2.0)
    broken = folder / "program.py"
    broken.write_text(program)
    delivered = Scripts(folder, program=broken)
    for _ in range(2):
        assert delivered.delivered(folder / "js" / "one.js") == MODULE.encode()
        assert delivered.delivered(folder / "js" / "two.js") == ORDERED.encode()
    assert len(warnings(caplog)) == 1


def test_where_it_cannot_be_started_all_is_delivered_as_it_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(folder / "no-python"))
    assert Scripts(folder).delivered(folder / "js" / "one.js") == MODULE.encode()


def test_a_release_that_changes_the_order_of_declarations_is_not_used(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "minify.py").write_text(
        "class MinifyError(ValueError): pass\n"
        "def string(kind, source): return 'function f(a){const{c}=a.second({b}),b=a.first;return b+c}'\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert Scripts(folder).delivered(folder / "js" / "two.js") == ORDERED.encode()
    assert "order of declarations" in warnings(caplog)[0]


def test_the_minifier_is_told_no_secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    telling = folder / "program.py"
    telling.write_text(
        "import json, os, sys\nprint(json.dumps([json.dumps(dict(os.environ)) for _ in json.load(sys.stdin)]))"
    )
    told = json.loads(Scripts(folder, program=telling).delivered(folder / "js" / "one.js"))
    assert "PATH" in told
    assert "OPENAI_API_KEY" not in told


def test_the_sources_where_somebody_works_on_the_page(folder: Path) -> None:
    telling = folder / "program.py"
    telling.write_text("import pathlib; pathlib.Path(__file__).with_name('started').touch()")
    delivered = Scripts(folder, as_written=True, program=telling)
    assert delivered.delivered(folder / "js" / "one.js") == MODULE.encode()
    assert not (folder / "started").exists()
