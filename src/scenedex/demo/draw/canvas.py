"""A pen that draws smooth shapes on a grid of its own, at any size."""

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw

from scenedex.demo.draw.colours import Rgb

SUPERSAMPLE = 3
"""Shapes are drawn this many times larger, then reduced: that smooths their edges."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Pen:
    """Draws in grid units on a part of a picture. x goes right, y goes down; circles stay round.

    The grid is fitted into the box: centred from left to right, standing on the lower edge.
    """

    def __init__(self, image: Image.Image, box: Box, grid: tuple[float, float]) -> None:
        left, top, right, bottom = box
        self._unit = min((right - left) / grid[0], (bottom - top) / grid[1])
        self._x = left + (right - left - self._unit * grid[0]) / 2
        self._y = bottom - self._unit * grid[1]
        self._image = image
        self._draw = ImageDraw.Draw(image)
        self.width, self.height = grid

    def inset(self, x: float, y: float, height: float, grid: tuple[float, float]) -> "Pen":
        """A pen with a grid of its own, `height` units high here, standing with its centre at (x, y)."""
        half = height * grid[0] / grid[1] / 2
        return Pen(self._image, (*self._point(x - half, y - height), *self._point(x + half, y)), grid)

    def rect(self, x0: float, y0: float, x1: float, y1: float, fill: Rgb, *, radius: float = 0) -> None:
        """A rectangle, with round corners where `radius` > 0."""
        corners = self._box(x0, y0, x1, y1)
        if radius:
            self._draw.rounded_rectangle(corners, radius * self._unit, fill)
        else:
            self._draw.rectangle(corners, fill)

    def disc(self, x: float, y: float, radius: float, fill: Rgb) -> None:
        """A filled circle."""
        self.oval(x, y, radius, radius, fill)

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Rgb) -> None:
        """A filled ellipse with its centre at (x, y)."""
        self._draw.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), fill)

    def ring(self, x: float, y: float, radius: float, fill: Rgb, *, width: float) -> None:
        """A circle line."""
        corners = self._box(x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(corners, outline=fill, width=self._thick(width))

    def pie(
        self, x: float, y: float, rx: float, ry: float, fill: Rgb, *, angles: tuple[float, float]
    ) -> None:
        """A slice of an ellipse between two angles in degrees, clockwise from three o'clock."""
        self._draw.pieslice(self._box(x - rx, y - ry, x + rx, y + ry), *angles, fill=fill)

    def arc(self, x: float, y: float, radius: float, fill: Rgb, *, width: float, angles: Point) -> None:
        """A part of a circle line between two angles in degrees, clockwise from three o'clock."""
        corners = self._box(x - radius, y - radius, x + radius, y + radius)
        self._draw.arc(corners, *angles, fill=fill, width=self._thick(width))

    def shape(self, points: Iterable[Point], fill: Rgb) -> None:
        """A filled polygon."""
        self._draw.polygon([self._point(x, y) for x, y in points], fill)

    def blob(self, points: Sequence[Point], fill: Rgb, *, steps: int = 8) -> None:
        """A closed smooth curve through these points, filled (Catmull and Rom, 1974)."""
        self._draw.polygon([self._point(x, y) for x, y in smooth(points, steps)], fill)

    def line(self, points: Sequence[Point], fill: Rgb, *, width: float) -> None:
        """A line with round ends and joints."""
        thick = self._thick(width)
        placed = [self._point(x, y) for x, y in points]
        self._draw.line(placed, fill, thick, joint="curve")
        half = thick / 2
        for x, y in (placed[0], placed[-1]):
            self._draw.ellipse((x - half, y - half, x + half, y + half), fill)

    def _thick(self, width: float) -> int:
        return max(1, round(width * self._unit))

    def _point(self, x: float, y: float) -> Point:
        return self._x + x * self._unit, self._y + y * self._unit

    def _box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        left, top = self._point(min(x0, x1), min(y0, y1))
        right, bottom = self._point(max(x0, x1), max(y0, y1))
        return left, top, right, bottom


def smooth(points: Sequence[Point], steps: int) -> list[Point]:
    """Points on the closed Catmull-Rom curve through `points`, `steps` for each piece."""
    found = []
    count = len(points)
    for i in range(count):
        p0, p1, p2, p3 = (points[(i + k - 1) % count] for k in range(4))
        for step in range(steps):
            t = step / steps
            weights = (
                (-t + 2 * t**2 - t**3) / 2,
                (2 - 5 * t**2 + 3 * t**3) / 2,
                (t + 4 * t**2 - 3 * t**3) / 2,
                (t**3 - t**2) / 2,
            )
            x, y = (
                sum(w * p[axis] for w, p in zip(weights, (p0, p1, p2, p3), strict=True)) for axis in (0, 1)
            )
            found.append((x, y))
    return found


def star(x: float, y: float, outer: float, inner: float, points: int = 5) -> list[Point]:
    """The corners of a star that stands on two of its points."""
    corners = []
    for k in range(2 * points):
        radius, angle = (inner if k % 2 else outer), math.pi * k / points - math.pi / 2
        corners.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return corners
