"""What the driver says of a GPU, and what becomes of it when it says nothing."""

from pathlib import Path

import pytest

from scenedex.inference import gpu


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_read", None)


def driver(folder: Path, script: str) -> None:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "gigabytes"), [("echo 1000", 1.049), ("echo '[N/A]'", 0.0), ("exit 9", 0.0), ("", 0.0)]
)
def test_memory(script: str, gigabytes: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    driver(tmp_path, script)
    assert gpu.memory_used_gb() == gigabytes


def test_it_is_not_read_again_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    driver(tmp_path, "echo 1000")
    first = gpu.memory_used_gb()
    driver(tmp_path, "echo 2000")
    assert gpu.memory_used_gb() == first


def test_a_machine_without_a_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    gpu.has_gpu.cache_clear()
    assert not gpu.has_gpu()
    assert gpu.memory_used_gb() == 0.0
    gpu.has_gpu.cache_clear()
