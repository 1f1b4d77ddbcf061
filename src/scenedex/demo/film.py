"""The demo film: draws what the script says, adds its sounds and its words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np

from scenedex.demo.draw.light import LIGHTS
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.things import THINGS
from scenedex.demo.draw.weather import WEATHER
from scenedex.demo.script import SCRIPT
from scenedex.demo.shot import FRAME_RATE, Shot
from scenedex.demo.sounds import sound
from scenedex.demo.take import Take
from scenedex.media.encode import Sound, encode_film
from scenedex.types import Caption, Pixels, Waveform

SIZE = (854, 480)
SAMPLE_RATE = 24_000
TITLE = "scenedex demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What is known to be in one shot of the film."""

    start_s: float
    end_s: float
    things: tuple[tuple[str, str | None], ...]  #: name and colour; None for things with colours of their own
    place: str
    light: str
    weather: str
    sound: str
    written: tuple[str, ...]  #: on signs
    said: tuple[str, ...]  #: lines that begin in it

    @property
    def words(self) -> frozenset[str]:
        """Every word of one or more parts for what is seen in it: things, colours, place, light and weather."""
        found = {self.place, *PLACES[self.place].words, self.light, *LIGHTS[self.light].words}
        found |= {self.weather, *WEATHER[self.weather].words}
        for thing, colour in self.things:
            found |= {thing, *THINGS[thing].words, *((colour,) if colour is not None else ())}
        return frozenset(found)


def draw_film(
    path: Path, progress: Callable[[float], None] | None = None, shots: Sequence[Shot] = SCRIPT
) -> None:
    """Draw the film, with its sound and its subtitles (English and Korean), as MP4 at `path`.

    Args:
        path: ends in .mp4; what was there is replaced when the film is whole.
        progress: told the share done, 0 to 1, after each picture.
        shots: what to draw; a part of the script for a shorter film.

    Raises:
        DiskFullError, MediaError: the file cannot be written.
    """
    encode_film(
        path,
        _pictures(shots, progress),
        frame_rate=Fraction(FRAME_RATE),
        sound=Sound(samples=soundtrack(shots), sample_rate=SAMPLE_RATE),
        captions=captions(shots),
        title=TITLE,
    )


def truth(shots: Sequence[Shot] = SCRIPT) -> tuple[Scenery, ...]:
    """What each shot holds, and the exact times of the cuts."""
    return tuple(
        Scenery(
            start_s=start / FRAME_RATE,
            end_s=(start + shot.frames) / FRAME_RATE,
            things=tuple(
                (cast.thing, cast.colour if THINGS[cast.thing].tinted else None) for cast in shot.cast
            ),
            place=shot.place,
            light=shot.light,
            weather=shot.weather,
            sound=shot.sound,
            written=tuple(sign.text for sign in shot.signs),
            said=tuple(line.text for line in shot.lines),
        )
        for start, shot in zip(_starts(shots), shots, strict=True)
    )


def showcase() -> tuple[str, ...]:
    """Queries that show off what a search can find in the film.

    What is seen; what was said, in other words, and across a cut; word for word; in Korean; and what is not there.
    """
    return (
        "hot air balloons over mountains",
        "lighthouse in a thunderstorm",
        "we took the wrong turn",
        "a wedding of an elderly woman",
        "a teacher who made fun of me",
        '"thank you for waiting"',
        "약속",
        "quarterly tax report",
    )


def judgements() -> str:
    """What searches should find in the film, and what they should not: see `docs/evaluation.md`."""
    return files("scenedex.demo").joinpath("judgements.jsonl").read_text(encoding="utf-8")


def captions(shots: Sequence[Shot] = SCRIPT) -> tuple[Caption, ...]:
    """Everything that is said, in order of time, numbered within each language."""
    found: list[Caption] = []
    counts: dict[str, int] = {}
    for start, shot in zip(_starts(shots), shots, strict=True):
        for line in shot.lines:
            at_s = start / FRAME_RATE + line.at_s
            index = counts.get(line.language, 0)
            counts[line.language] = index + 1
            found.append(
                Caption(
                    start_s=at_s,
                    end_s=at_s + line.seconds,
                    text=line.text,
                    origin="embedded",
                    language=line.language,
                    index=index,
                )
            )
    return tuple(sorted(found, key=lambda caption: caption.start_s))


def soundtrack(shots: Sequence[Shot] = SCRIPT) -> Waveform:
    """The sound of the film at `SAMPLE_RATE`."""
    samples = SAMPLE_RATE // FRAME_RATE
    parts = [
        sound(shot.sound, seed, shot.frames / FRAME_RATE, SAMPLE_RATE) for seed, shot in enumerate(shots)
    ]
    assert all(len(part) == shot.frames * samples for part, shot in zip(parts, shots, strict=True))
    return np.concatenate(parts)


def _starts(shots: Sequence[Shot]) -> list[int]:
    """The number of the first picture of each shot."""
    return [sum(shot.frames for shot in shots[:k]) for k in range(len(shots))]


def _pictures(shots: Sequence[Shot], progress: Callable[[float], None] | None) -> Iterator[Pixels]:
    total, done = sum(shot.frames for shot in shots), 0
    for seed, shot in enumerate(shots):
        take = Take(shot, SIZE, seed)
        for number in range(shot.frames):
            yield take.picture(number)
            done += 1
            if progress is not None:
                progress(done / total)
