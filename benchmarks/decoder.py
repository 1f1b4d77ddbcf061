"""Processor time of reading files in child processes, against reading them in one's own: a ratio near 1 is the aim."""

import subprocess
import sys
from pathlib import Path

from tests.media import shared_media

PAIRS = 3

READ = """
import resource, sys
from pathlib import Path
from scenedex.config import Settings  # as in every command
from scenedex.errors import MediaError
from scenedex.types import Limits

folder, limits = Path(sys.argv[2]), Limits()
if sys.argv[1] == "child":
    from scenedex.indexing.decoder.children import Children
    decoder = Children(folder, 4096)
else:
    from scenedex.indexing.here import Here
    decoder = Here()
for path in map(Path, sys.argv[3:]):
    try:
        with decoder.reading(path, limits) as reading:
            for _ in reading.scenes("adaptive", lambda _: None):
                pass
            reading.captions()
            for _ in reading.sound(48_000):
                pass
    except MediaError:
        pass
decoder.close()
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(one.ru_utime + one.ru_stime for one in used))
"""


def seconds(decoder: str, paths: list[Path]) -> float:
    """Processor time of a process that reads these files, and of its children."""
    command = [sys.executable, "-c", READ, decoder, str(paths[0].parent), *map(str, paths)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    media = shared_media()
    films = [path for path in sorted((media / "video").iterdir()) if path.suffix in (".mp4", ".mkv", ".webm")]
    odd = [path for path in sorted((media / "odd").iterdir()) if path.is_file()]
    short = media / "video" / "mdn_stream-of-water.mp4"
    for name, paths in (("films", films), ("short, odd and broken files", odd), ("one film of 3 s", [short])):
        pairs = [(seconds("child", paths), seconds("here", paths)) for _ in range(PAIRS)]
        child, here = (min(times) for times in zip(*pairs, strict=True))
        print(f"{name} ({len(paths)}): child {child:.2f} s, here {here:.2f} s, ratio {child / here:.2f}")


if __name__ == "__main__":
    main()
