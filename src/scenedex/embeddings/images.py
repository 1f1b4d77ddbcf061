"""Encoded pictures → pixels → the tensor that a network expects.

Files are hostile: the header is believed only as far as its size may be allocated, and whatever a decoder
stumbles over is a PictureError.
"""

import io
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from scenedex.errors import PictureError, PictureTooLargeError
from scenedex.inference.registry import ImageInput
from scenedex.types import Pixels

Tensor = NDArray[np.float32]

WideRule = Literal["crops", "pad", "crop"]
"""How a network that sees squares sees a wide picture: two overlapping crops, letterboxed, or the centre
alone.
"""

MAX_PIXELS = 67_108_864
"""Width times height of a picture that is read; 8K is 33 million."""

WIDE = 1.2
"""From this aspect ratio on a picture is wide: its centre crop loses a sixth of it."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")  # MPO comes as JPEG
_MODES = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
_LONGEST = 8.0  # a thinner picture is cut before it is resized: its short side would blow it up


def decode(data: bytes, *, max_pixels: int = MAX_PIXELS, max_side: int = 0) -> Pixels:
    """The picture in an encoded file: RGB, upright by its EXIF tag, the first frame of an animation.

    Nothing is allocated for a header that claims more than `max_pixels`. `max_side` > 0 shrinks the longer
    side to that many pixels. Raises PictureError.
    """
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_size(image.width, image.height, max_pixels)
            if max_side:
                image.draft("RGB", (max_side, max_side))
            upright = _eight_bits(image)
            ImageOps.exif_transpose(upright, in_place=True)
            # `convert` copies even what is RGB already
            return limited(np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB")), max_side)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as exc:
        raise PictureTooLargeError(f"This picture claims to be too large: {exc}") from exc
    except UnidentifiedImageError as exc:
        raise PictureError(f"This picture cannot be read: it is none of {', '.join(_FORMATS)}.") from exc
    except Exception as exc:
        raise PictureError(f"This picture cannot be read: {_said(exc)}") from exc


def pixels_of(picture: Pixels | bytes, *, max_side: int = 0) -> Pixels:
    """Pixels as they are, or decoded. Raises PictureError for what is no picture."""
    if isinstance(picture, bytes | bytearray | memoryview):
        return decode(bytes(picture), max_side=max_side)
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise PictureError(
            f"This is no picture: an array of {picture.dtype} and shape {picture.shape}; uint8 and "
            "(height, width, 3) "
            "are expected."
        )
    return limited(picture, max_side)


def limited(pixels: Pixels, max_side: int) -> Pixels:
    """The picture with its longer side at most `max_side` pixels (0: as it is)."""
    height, width = pixels.shape[:2]
    longest = max(height, width)
    if not max_side or longest <= max_side:
        return pixels
    size = (max(1, round(width * max_side / longest)), max(1, round(height * max_side / longest)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0))


def encoded(pixels: Pixels, max_side: int) -> bytes:
    """The picture as JPEG, its longer side at most `max_side` pixels."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(limited(pixels, max_side))).save(file, "JPEG", quality=92)
    return file.getvalue()


def views(pixels: Pixels, spec: ImageInput, wide: WideRule) -> list[Pixels]:
    """The parts in which a network sees a picture: one; for `crops` two that overlap and hold all of it."""
    height, width = pixels.shape[:2]
    if spec.resize != "shortest" or wide == "crop" or max(height, width) <= WIDE * min(height, width):
        return [pixels]
    if wide == "pad":
        return [_padded(pixels, spec)]
    along = int(width > height)
    whole, short = pixels.shape[along], min(height, width)
    side = max(short, -(-whole * 11 // 20))  # 0.55 of it: they overlap by a tenth at least
    ends = [pixels[:, :side], pixels[:, -side:]] if along else [pixels[:side], pixels[-side:]]
    return [_padded(end, spec) if side > short else end for end in ends]


def preprocess(pixels: Pixels, spec: ImageInput) -> Tensor:
    """The tensor for one picture: shape (3, size, size), normalised."""
    scale, shift = _scales(spec)
    tensor = fitted(pixels, spec).transpose(2, 0, 1).astype(np.float32, order="C")
    tensor *= scale
    tensor += shift
    return tensor


def fitted(pixels: Pixels, spec: ImageInput) -> Pixels:
    """The picture in the size that a network sees: shape (size, size, 3), bytes.

    Sizes and rounding as torchvision's Resize and CenterCrop do them on PIL images (open_clip's and the
    original CLIP's path); `squash` as transformers' SigLIP processor.
    """
    if spec.resize == "pad":
        pixels = _padded(pixels, spec)
    image = Image.fromarray(np.ascontiguousarray(_shortened(pixels)))
    mode, size = _MODES[spec.interpolation], spec.size
    squash = spec.resize == "squash"
    return np.asarray(image.resize((size, size), mode) if squash else _cropped(image, size, mode))


def _cropped(image: Image.Image, size: int, mode: Image.Resampling) -> Image.Image:
    """Short side to `size`, then the centre. Pillow resizes across first, so a wide picture is cut in
    between.
    """
    width, height = image.size
    if width >= height:
        longer = int(size * width / height)
        left = round((longer - size) / 2)
        across = image.resize((longer, height), mode).crop((left, 0, left + size, height))
        return across.resize((size, size), mode)
    longer = int(size * height / width)
    top = round((longer - size) / 2)
    return image.resize((size, longer), mode).crop((0, top, size, top + size))


@lru_cache(maxsize=8)
def _scales(spec: ImageInput) -> tuple[Tensor, Tensor]:
    """Factor and summand that make a byte a normalised value, each of shape (3, 1, 1)."""
    std = np.asarray(spec.std, np.float64)
    scale, shift = 1.0 / (255.0 * std), -np.asarray(spec.mean, np.float64) / std
    return scale.astype(np.float32)[:, None, None], shift.astype(np.float32)[:, None, None]


def _shortened(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    longest = int(_LONGEST * min(height, width))
    if height > longest:
        return pixels[(height - longest) // 2 :][:longest]
    if width > longest:
        return pixels[:, (width - longest) // 2 :][:, :longest]
    return pixels


def _padded(pixels: Pixels, spec: ImageInput) -> Pixels:
    """In the middle of a square of the mean colour, which is zero to the network."""
    pixels = limited(pixels, 8 * spec.size)
    height, width = pixels.shape[:2]
    side = max(height, width)
    square = np.empty((side, side, 3), np.uint8)
    square[:] = np.round(np.asarray(spec.mean) * 255).astype(np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise PictureTooLargeError(
            f"This picture claims {width} x {height} pixels; {max_pixels} in all is the most that is read."
        )


def _eight_bits(image: Image.Image) -> Image.Image:
    """Deep grey pictures scaled: Pillow would cut them off at 255."""
    if not (image.mode.startswith("I") or image.mode == "F"):
        return image
    deep = np.asarray(image, dtype=np.float64)
    top = (
        1.0
        if image.mode == "F" and deep.size and deep.max() <= 1.0
        else 255.0
        if image.mode == "F"
        else 65535.0
    )
    grey = np.clip(np.nan_to_num(deep) * (255.0 / top), 0, 255).round().astype(np.uint8)
    made = Image.fromarray(grey, "L")
    made.info.update(image.info)
    return made


def _said(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200] or type(exc).__name__
