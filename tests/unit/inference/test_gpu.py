"""What the driver says of a GPU, by a program in the place of nvidia-smi."""

from pathlib import Path

import pytest

from scenedex.inference import gpu
from scenedex.inference.gpu import gpu_name

SAYS = """#!/bin/sh
case "$*" in
  "--id=1 --query-gpu=name,compute_cap --format=csv,noheader") echo "NVIDIA H200, 9.0" ;;
  *) echo "No devices were found"; exit 6 ;;
esac
"""


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "nvidia-smi"
    program.write_text(SAYS)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return program


def test_a_gpu_has_its_name_and_its_capability(driver: Path) -> None:
    assert gpu_name(1) == "NVIDIA H200 sm9.0"


def test_a_gpu_that_is_not_there_has_none(driver: Path) -> None:
    assert gpu_name(0) == ""
    driver.write_text("#!/bin/sh\necho 'driver mismatch'\n")
    assert gpu_name(1) == ""
    driver.unlink()
    assert gpu_name(1) == ""


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "_read", None)


def says(folder: Path, script: str) -> None:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "gigabytes"), [("echo 1000", 1.049), ("echo '[N/A]'", 0.0), ("exit 9", 0.0), ("", 0.0)]
)
def test_memory(script: str, gigabytes: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    says(tmp_path, script)
    assert gpu.memory_used_gb() == gigabytes


def test_it_is_not_read_again_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    says(tmp_path, "echo 1000")
    first = gpu.memory_used_gb()
    says(tmp_path, "echo 2000")
    assert gpu.memory_used_gb() == first


def test_a_machine_without_a_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    gpu.has_gpu.cache_clear()
    assert not gpu.has_gpu()
    assert gpu.memory_used_gb() == 0.0
    gpu.has_gpu.cache_clear()
