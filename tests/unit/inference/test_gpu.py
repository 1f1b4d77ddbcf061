"""What the driver says of a GPU, by a program in the place of nvidia-smi."""

from pathlib import Path

import pytest

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
