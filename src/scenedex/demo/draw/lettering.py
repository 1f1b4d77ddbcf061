"""Words in the picture, set in the typeface that Pillow carries."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from scenedex.demo.draw.colours import Rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Words at a place in the picture."""

    text: str
    at: tuple[float, float]  #: of its centre: shares of the picture's width and height
    height: float  #: of the letters, as a share of the picture's height
    ink: Rgb
    board: Rgb | None = None  #: what the words are painted on; None: on the picture itself


def lettering(text: str, height: int, ink: Rgb, board: Rgb | None) -> Image.Image:
    """The words (RGBA), bold, their letters about `height` pixels high; on a framed board where one is asked for."""
    font = ImageFont.load_default(max(8.0, height / 0.72))
    stroke = max(0, round(height / 22))
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    margin = round(height * 0.45) if board is not None else 1
    size = (round(right - left) + 2 * margin, round(bottom - top) + 2 * margin)
    image = Image.new("RGBA", size, (*ink, 0) if board is None else (*board, 255))
    pen = ImageDraw.Draw(image)
    if board is not None:
        edge = max(1, height // 12)
        pen.rectangle((edge, edge, size[0] - 1 - edge, size[1] - 1 - edge), outline=(*ink, 255), width=edge)
    pen.text(
        (margin - left, margin - top), text, (*ink, 255), font, stroke_width=stroke, stroke_fill=(*ink, 255)
    )
    return image
