"""The two Debian packages with openly licensed pictures, fetched into a cache folder; nothing is installed."""

import subprocess
from pathlib import Path

PACKAGES = ("fonts-noto-color-emoji", "openclipart-png")
TYPEFACE = "usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
CLIPART = "usr/share/openclipart/png"


def fetch(cache: Path) -> Path:
    """Download and unpack what is not there yet (141 MB); the folder they are unpacked in.

    Raises subprocess.CalledProcessError when apt-get or dpkg fails, FileNotFoundError where they do not exist.
    """
    root, archives = cache / "packages", cache / "archives"
    if (root / TYPEFACE).exists() and (root / CLIPART).is_dir():
        return root
    archives.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", *PACKAGES], cwd=archives, check=True)  # noqa: S607
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg", "-x", str(archive), str(root)], check=True)  # noqa: S607
    return root
