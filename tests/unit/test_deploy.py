"""What is shipped for running a server: files that read, name what is there, and give away nothing."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import promql_parser
import pytest
import typer
import yaml

from scenedex.cli.main import app
from scenedex.config import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILES = ("Dockerfile", "Dockerfile.cuda", "Dockerfile.embed-server", "Dockerfile.embed-server.cuda")
SETTINGS = {name.upper() for name in Settings.model_fields}
COMMANDS = set(getattr(typer.main.get_command(app), "commands", {}))


def read_yaml(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("compose.yaml")
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run scenedex."""
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def rules() -> list[dict[str, Any]]:
    return [rule for group in read_yaml("alerts.yaml")["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        (DEPLOY / "grafana" / "dashboards" / "scenedex.json").read_text(encoding="utf-8")
    )["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def expressions() -> list[str]:
    """Every PromQL expression of alerts and panels, with Grafana's interval filled in."""
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [expression.replace("$__rate_interval", "5m") for expression in shown] + [
        rule["expr"] for rule in rules()
    ]


def instructions(name: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, each on one line."""
    text = re.sub(r"\\\n", " ", (DEPLOY / name).read_text(encoding="utf-8"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_every_file_reads() -> None:
    found = [*DEPLOY.rglob("*.yaml"), *DEPLOY.rglob("*.json")]
    assert len(found) >= 6
    for path in found:
        assert yaml.safe_load(path.read_text(encoding="utf-8")), path


def test_compose_is_of_the_compose_specification() -> None:
    text = (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text()
    jsonschema.Draft7Validator(json.loads(text)).validate(compose())


def test_services_and_profiles() -> None:
    services = compose()["services"]
    assert {"db", "api", "worker", "migrate"} == {n for n, s in services.items() if "profiles" not in s}
    assert {p for s in services.values() for p in s.get("profiles", ())} == {
        "embed",
        "gpu",
        "monitoring",
        "pgadmin",
    }
    assert services["db"]["image"].startswith("pgvector/pgvector:")
    for name, service in services.items():
        image = service["image"]
        assert ":" in image, f"{name} takes whatever version comes"
        assert not image.endswith(":latest")


@pytest.mark.parametrize("name", sorted(ours()))
def test_what_compose_sets_is_a_setting(name: str) -> None:
    service = ours()[name]
    assert set(service["environment"]) <= SETTINGS
    assert service["command"][0] in COMMANDS
    assert (ROOT / service["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("name", sorted(ours()))
def test_our_services_may_do_little(name: str) -> None:
    service = ours()[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    sees_videos = any(volume.endswith(":/videos:ro") for volume in service["volumes"])
    assert sees_videos == (service["command"][0] != "embed-server"), "pictures are sent to it"


def test_nothing_is_open_to_the_network_and_no_password_has_a_default() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    for name, service in compose()["services"].items():
        for port in service.get("ports", ()):
            assert "127.0.0.1:" in port, f"{name} is published to everybody"
    assert "ports" not in compose()["services"]["db"]
    for variable in re.findall(r"\$\{([A-Z_]*PASSWORD[A-Z_]*)(.*?)\}", text):
        assert variable[1].startswith(":?"), f"{variable[0]} has a default"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/deploy/.env", "/deploy/metrics.key", "/deploy/embed.key"} <= set(ignored)


def test_files_that_compose_mounts_are_there() -> None:
    for service in compose()["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).exists(), source


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_an_image_copies_is_there_and_sent(name: str) -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for word, rest in instructions(name):
        if word == "COPY" and not rest.startswith("--from="):
            for source in rest.split()[:-1]:
                path = source.removeprefix("./")
                assert (ROOT / path).exists(), source
                assert path in sent, f"{source} does not reach the builder"


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_runs_as_nobody_and_says_how_it_is(name: str) -> None:
    found = instructions(name)
    last = [index for index, (word, _) in enumerate(found) if word == "FROM"][-1]
    final = dict(found[last:])
    uid = final["USER"].partition(":")[0]
    assert uid.isdecimal()
    assert int(uid) > 0
    for word in ("ENTRYPOINT", "CMD"):
        assert isinstance(json.loads(final[word]), list), "a shell would keep SIGTERM to itself"
    assert json.loads(final["ENTRYPOINT"]) == ["scenedex"]
    assert json.loads(final["CMD"])[0] in COMMANDS
    assert "/health" in final["HEALTHCHECK"]
    assert re.search(r"--start-period=\d{2,}s", final["HEALTHCHECK"])
    assert final["VOLUME"] == "/data"
    command = json.loads(final["HEALTHCHECK"].partition("CMD ")[2])
    compile(command[2], "health check", "exec")
    named = set(
        re.findall(r"\b([A-Z0-9_]+)=", " ".join(rest for word, rest in found[last:] if word == "ENV"))
    )
    others = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    others |= {"NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES"}
    assert named - others <= SETTINGS


def test_the_models_of_an_image_lie_in_its_volume() -> None:
    for name in DOCKERFILES:
        kept = " ".join(rest for word, rest in instructions(name) if word == "ENV")
        folders = re.findall(r"\b(CLIP_CACHE_DIR|CLIP_ENGINE_PATH|HF_HOME|SCENEDEX_HOME)=(\S+)", kept)
        assert len(folders) >= 3
        assert all(folder.startswith("/data/") for _, folder in folders)


@pytest.mark.parametrize("name", [name for name in DOCKERFILES if name.endswith(".cuda")])
def test_a_cuda_image_has_the_onnxruntime_of_the_constraints(name: str) -> None:
    pinned = re.search(r"^onnxruntime==(.+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert pinned is not None
    assert f"ARG ONNXRUNTIME_GPU={pinned[1]}\n" in text


def test_extras_of_the_images_are_extras_of_the_package() -> None:
    import tomllib

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for name in DOCKERFILES:
        asked = next(
            rest for word, rest in instructions(name) if word == "ARG" and rest.startswith("EXTRAS=")
        )
        assert set(asked.removeprefix("EXTRAS=").split(",")) <= set(extras)


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_is_promql(expression: str) -> None:
    promql_parser.parse(expression)


def test_alerts_say_what_is_wrong() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 6
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"].endswith(".")
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "0m"))


def test_every_alert_is_explained() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = re.findall(r"^### (Scenedex\w+)$", text, re.MULTILINE)
    assert sorted(explained) == sorted(rule["alert"] for rule in rules())


def test_prometheus_asks_what_compose_runs() -> None:
    found = read_yaml("prometheus.yaml")
    services = compose()["services"]
    for job in found["scrape_configs"]:
        targets = [target for static in job.get("static_configs", ()) for target in static["targets"]]
        names = [name for dns in job.get("dns_sd_configs", ()) for name in dns["names"]]
        assert {target.partition(":")[0] for target in targets} | set(names) <= set(services)
        for dns in job.get("dns_sd_configs", ()):
            for name in dns["names"]:
                given = services[name]["environment"]
                assert given.get("SCENEDEX_METRICS_PORT", given.get("PORT")) == str(dns["port"])
    assert found["rule_files"] == ["alerts.yaml"]
    keys = [
        job["authorization"]["credentials_file"] for job in found["scrape_configs"] if "authorization" in job
    ]
    assert keys == [f"/run/secrets/{name}" for name in services["prometheus"]["secrets"]]
    assert set(services["prometheus"]["secrets"]) == set(compose()["secrets"])


def test_promtool_agrees() -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not on this machine: the expressions are parsed, the rules are not run")
    for arguments in (
        ["check", "rules", "alerts.yaml"],
        ["check", "config", "--syntax-only", "prometheus.yaml"],
    ):
        done = subprocess.run([tool, *arguments], cwd=DEPLOY, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def selectors(node: Any) -> Iterator[Any]:
    """Every series that an expression asks for."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
        return
    for part in ("expr", "lhs", "rhs", "param", "vector_selector"):
        inner = getattr(node, part, None)
        if inner is not None:
            yield from selectors(inner)
    for argument in getattr(node, "args", None) or ():
        yield from selectors(argument)


def test_alerts_ask_for_what_they_were_asked_to() -> None:
    """The thresholds that operators were promised."""
    by_name = {rule["alert"]: " ".join(rule["expr"].split()) for rule in rules()}
    assert by_name["ScenedexClipErrors"].endswith("[5m])) > 10")
    assert "histogram_quantile(0.95" in by_name["ScenedexTextEmbeddingSlow"]
    assert by_name["ScenedexTextEmbeddingSlow"].endswith("> 0.5")
    assert 'outcome="flat"' in by_name["ScenedexFlatScores"]
    assert "> 0.5 and" in by_name["ScenedexFlatScores"]
    assert all(list(selectors(promql_parser.parse(expression))) for expression in by_name.values())
