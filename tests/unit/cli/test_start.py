"""Ctrl-C at any moment is met with one word and status 130."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup

from scenedex.cli.main import app


@pytest.mark.parametrize(
    "raised", ["raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')", "compiled()"]
)
@pytest.mark.parametrize(
    ("module", "arguments", "said"),
    [
        ("scenedex.cli.main", ["--version"], "Stopped."),
        ("scenedex.cli.plan", ["--help"], "Stopped."),
        (
            "scenedex.cli.plan",
            ["plan", "a dog"],
            "Stopped. What was finished is kept; the same command goes on from there.",
        ),
    ],
)
def test_an_interrupt_while_modules_are_imported(
    tmp_path: Path, raised: str, module: str, arguments: list[str], said: str
) -> None:
    # dataclasses make their methods by exec() of a string: an interrupt there is one too.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, types\n"
        "def compiled():\n"  # as pybind11 does it
        "    try:\n"
        "        raise KeyboardInterrupt\n"
        "    except KeyboardInterrupt as exc:\n"
        "        raise ImportError('initialization failed') from exc\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}: {raised}\n"
        "sys.meta_path.insert(0, Interrupting())\n"
    )
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", *arguments],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (process.returncode, process.stderr) == (130, f"scenedex: {said}\n")


@pytest.mark.parametrize("step", ["make_context", "invoke"])
def test_an_interrupt_before_or_in_a_command_is_met_with_one_word(
    step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TyperGroup, step, interrupted)
    with pytest.raises(SystemExit) as ended:
        app(["plan", "a dog"])
    assert ended.value.code == 130
    assert capsys.readouterr().err.count("Stopped.") == 1


def test_what_is_not_there_is_no_interrupt(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['scenedex.cli.plan'] = None\n")
    process = subprocess.run(
        [sys.executable, "-m", "scenedex", "plan", "a dog"],
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.returncode == 1
    assert "scenedex.cli.plan" in process.stderr
