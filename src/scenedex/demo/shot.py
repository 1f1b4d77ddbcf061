"""What a shot of the film is, as data."""

from dataclasses import dataclass

from scenedex.demo.draw.lettering import Sign

FRAME_RATE = 24
"""Pictures a second."""

Spot = tuple[float, float, float]
"""Where a thing stands, as shares of the picture's width and height: its middle, its lower edge, its own height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A thing in a shot. It goes evenly from `start` to `end`."""

    thing: str
    colour: str = "white"  #: for things without colours of their own
    start: Spot
    end: Spot | None = None  #: None: it stays
    sway: float = 0.0  #: up and down, as a share of the picture's height
    flipped: bool = False  #: faces left
    flickers: bool = False  #: is drawn a little differently eight times a second
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that is said."""

    at_s: float  #: from the start of the shot
    seconds: float  #: may reach into the next shot
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What the film shows between two cuts."""

    seconds: float  #: a whole number of pictures
    place: str
    light: str = "day"
    weather: str = "clear"
    pan: int = (
        0  #: pixels by which the view moves to the right (below 0: to the left) from one picture to the next
    )
    cast: tuple[Cast, ...] = ()  #: from the back to the front
    signs: tuple[Sign, ...] = ()
    sound: str = "silence"
    lines: tuple[Line, ...] = ()

    @property
    def frames(self) -> int:
        """How many pictures it has."""
        return round(self.seconds * FRAME_RATE)
