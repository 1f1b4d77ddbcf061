"""The docs name every command, option and setting, with its true default."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from scenedex.cli.main import app
from scenedex.config import Settings

ROOT = Path(__file__).parents[2]


def commands(command: Any, name: str) -> list[tuple[str, Any]]:
    found = [(name, command)]
    for part, sub in sorted(getattr(command, "commands", {}).items()):
        found += commands(sub, f"{name} {part}")
    return found


@pytest.mark.parametrize(("name", "command"), commands(typer.main.get_command(app), "scenedex"), ids=str)
def test_every_command_and_option_is_documented(name: str, command: Any) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert re.search(rf"^#+ {re.escape(name)}\b|^`{re.escape(name)}", text, re.MULTILINE), (
        f"{name} is missing"
    )
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--") and option != "--help":
                assert f"`{option}" in text or f" {option}" in text, f"{name}: {option} is missing"


def test_no_command_is_documented_that_is_not_there() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = {m.group(1).strip() for m in re.finditer(r"^#+ (scenedex[a-z -]*)", text, re.MULTILINE)}
    assert named <= {name for name, _ in commands(typer.main.get_command(app), "scenedex")}


def test_settings_and_their_table_agree() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.+?) \|", text, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, bool):
            assert rows[name.upper()] == str(field.default).lower(), name
        elif isinstance(field.default, int | float):
            assert float(rows[name.upper()]) == field.default, name
        elif isinstance(field.default, str):
            assert rows[name.upper()] == f"`{field.default}`", name


def test_relative_links_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


GUIDES = ("operations.md", "coming-from.md")

ELSEWHERE = {
    "PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "GRAFANA_PASSWORD", "PGADMIN_PASSWORD",
    "VIDEOS_FOLDER",
    "API_ADDRESS", "WORKER_CONCURRENCY", "RAILWAY_DOCKERFILE_PATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT", "CUDA_IMAGE", "ONNXRUNTIME_GPU", "TENSORRT", "EMBED_ADDRESS", "OTEL_SERVICE_NAME",
    "OTEL_TRACES_SAMPLER",
}  # fmt: skip
"""Variables of compose, of the images and of platforms."""


@pytest.mark.parametrize("page", GUIDES)
def test_commands_that_a_guide_names_are_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    known = dict(commands(typer.main.get_command(app), "scenedex"))
    named = re.findall(r"(?:scenedex|--rm api|--no-TTY api) ((?:[a-z-]+ ?)+)((?:[^`\n]*?--[a-z-]+)*)", text)
    found = 0
    for words, options in named:
        parts = words.split()
        path = ["scenedex"]
        while parts and " ".join([*path, parts[0]]) in known:
            path.append(parts.pop(0))
        if len(path) == 1:
            continue
        found += 1
        there = {option for parameter in known[" ".join(path)].params for option in parameter.opts}
        for option in re.findall(r"--[a-z-]+", options):
            assert option in there, f"{page}: {' '.join(path)} has no {option}"
    assert found >= 5
    for line in re.findall(r"`scenedex ([a-z-]+)", text):
        assert f"scenedex {line}" in known, f"{page}: there is no scenedex {line}"


@pytest.mark.parametrize("page", GUIDES)
def test_settings_that_a_guide_names_are_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`", text))
    named |= set(re.findall(r"^([A-Z][A-Z0-9]*_[A-Z0-9_]+)=", text, re.MULTILINE))
    assert named
    settings = {name.upper() for name in Settings.model_fields}
    assert named - ELSEWHERE <= settings


def test_links_to_headings_lead_somewhere() -> None:
    for page in GUIDES:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
            other = (ROOT / "docs" / target).read_text(encoding="utf-8") if target else text
            headings = {
                re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
                for line in re.findall(r"^#+ (.+)$", other, re.MULTILINE)
            }
            assert anchor in headings, f"{page} links to {target}#{anchor}"
