"""Pictures as people and attackers send them."""

import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.golden.loading import golden_model
from tests.media import shared_media

from scenedex.embeddings.clip import ClipEncoder
from scenedex.embeddings.images import decode, fitted, limited, pixels_of, preprocess, views
from scenedex.errors import PictureError
from scenedex.inference.registry import ImageInput, load_registry

CLIP = load_registry().find("clip-b32").image
SIGLIP = load_registry().find("siglip2-b16-224").image


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def scene(width=64, height=48) -> Image.Image:
    """Left half red, right half blue."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = 200
    pixels[:, width // 2 :, 2] = 200
    return Image.fromarray(pixels)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def test_one_pixel():
    pixels = decode(encoded(Image.new("RGB", (1, 1), (10, 200, 30))))
    assert pixels.tolist() == [[[10, 200, 30]]]
    for spec in (CLIP, SIGLIP):
        tensor = preprocess(pixels, spec)
        assert tensor.shape == (3, 224, 224)
        assert np.ptp(tensor[1]) < 1e-6


@pytest.mark.parametrize("size", [(60_000, 60_000), (2_000_000_000, 1), (20_000, 4_000)])
def test_a_header_that_claims_too_much_is_refused_before_anything_is_allocated(size):
    tracemalloc.start()
    with pytest.raises(PictureError, match="claims"):
        decode(png_header(*size))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("name", ["odd/syn_huge_dims.png", "odd/syn_huge_dims.gif"])
def test_huge_headers_of_the_shared_media(name):
    with pytest.raises(PictureError):
        decode((shared_media() / name).read_bytes())


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        (scene().convert("CMYK"), "JPEG"),
        (scene().convert("CMYK"), "TIFF"),
        (scene().convert("P"), "PNG"),
        (scene().convert("P"), "GIF"),
        (scene().convert("RGBA"), "PNG"),
        (scene().convert("RGBA"), "WEBP"),
        (scene().convert("YCbCr"), "JPEG"),
    ],
)
def test_colour_models(image, kind):
    pixels = decode(encoded(image, kind))
    assert pixels.shape == (48, 64, 3)
    assert pixels.dtype == np.uint8
    left, right = pixels[:, :28].mean(axis=(0, 1)), pixels[:, 36:].mean(axis=(0, 1))
    assert (left[0] > 150, left[2] < 60) == (True, True)
    assert (right[2] > 150, right[0] < 60) == (True, True)


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey(mode):
    pixels = decode(encoded(scene().convert(mode)))
    assert np.ptp(pixels, axis=2).max() == 0


def test_a_palette_with_transparency():
    image = scene().convert("P")
    assert decode(encoded(image, transparency=0)).shape == (48, 64, 3)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut_off(kind):
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(1, 256).repeat(8, axis=0)
    pixels = decode(encoded(Image.fromarray(ramp), kind))
    assert pixels[0, :, 0].tolist() == list(range(256))


def test_sixteen_bits_of_colour():
    rows = b"".join(b"\0" + struct.pack(">3H", 65535, 32768, 0) * 4 for _ in range(4))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 16, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert decode(data)[0, 0].tolist() == [255, 128, 0]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(kind):
    first, second = Image.new("RGB", (32, 32), (250, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 250))
    pixels = decode(encoded(first, kind, save_all=True, append_images=[second], duration=100))
    assert pixels.shape == (32, 32, 3)
    assert pixels[16, 16, 0] > 200 > pixels[16, 16, 2]


def test_exif_turns_the_picture():
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees clockwise
    pixels = decode(encoded(scene(), "JPEG", exif=exif, quality=95))
    assert pixels.shape == (64, 48, 3)
    assert pixels[8, 24, 0] > 150 > pixels[56, 24, 0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a" + b"\0" * 30,
        b"<svg/>",
        b"%!PS-Adobe",
        bytes(4096),
        b"II*\0\x08\0\0\0",
    ],
)
def test_what_is_no_picture_is_a_named_error(data):
    with pytest.raises(PictureError):
        decode(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_half_a_picture_and_bit_rot_never_raise_anything_else(kind):
    whole = encoded(scene(200, 150), kind)
    rng = np.random.default_rng(1)
    for cut in range(8, len(whole), max(1, len(whole) // 25)):
        rotten = bytearray(whole)
        for place in rng.integers(0, len(whole), 6):
            rotten[place] ^= int(rng.integers(1, 256))
        for data in (whole[:cut], bytes(rotten)):
            try:
                assert decode(data).ndim == 3
            except PictureError:
                continue


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_an_array_that_is_no_picture_is_a_named_error(pixels):
    with pytest.raises(PictureError):
        pixels_of(pixels)


def test_the_longer_side_is_limited():
    assert limited(np.zeros((100, 400, 3), np.uint8), 200).shape == (50, 200, 3)
    assert limited(np.zeros((1, 4000, 3), np.uint8), 200).shape == (1, 200, 3)
    assert decode(encoded(scene(800, 600), "JPEG"), max_side=100).shape == (75, 100, 3)


@pytest.mark.parametrize("shape", [(1, 60_000), (60_000, 1), (3, 5000)])
def test_a_thread_of_a_picture_costs_no_memory(shape):
    pixels = np.zeros((*shape, 3), np.uint8)
    tracemalloc.start()
    assert preprocess(pixels, CLIP).shape == (3, 224, 224)
    for wide in ("crops", "pad"):
        for part in views(pixels, CLIP, wide):
            assert preprocess(part, CLIP).shape == (3, 224, 224)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000


@pytest.mark.parametrize("shape", [(90, 160), (160, 90), (100, 240), (100, 130)])
def test_two_crops_hold_the_whole_picture_and_overlap(shape):
    height, width = shape
    place = np.arange(height * width, dtype=np.int64).reshape(height, width)
    pixels = np.stack([place % 251, place // 251 % 251, place // 63001], axis=-1).astype(np.uint8) + 1
    parts = views(pixels, CLIP, "crops")
    assert len(parts) == 2
    colours = [set(map(tuple, part.reshape(-1, 3))) for part in parts]
    assert colours[0] | colours[1] >= set(map(tuple, pixels.reshape(-1, 3)))
    shared = colours[0] & colours[1] & set(map(tuple, pixels.reshape(-1, 3)))
    assert len(shared) >= 0.09 * height * width
    for part in parts:
        assert preprocess(part, CLIP).shape == (3, 224, 224)
        assert part.shape[0] == part.shape[1]


def test_a_padded_picture_is_whole():
    pixels = np.asarray(scene(160, 90))
    (part,) = views(pixels, CLIP, "pad")
    assert part.shape == (160, 160, 3)
    assert np.array_equal(part[35:125], pixels)
    assert np.abs(preprocess(part, CLIP)[:, 0, 0]).max() < 0.01  # the border is zero to the network


@pytest.mark.parametrize(("shape", "spec"), [((90, 160), SIGLIP), ((100, 110), CLIP)])
def test_what_a_network_sees_whole_is_not_cut(shape, spec):
    assert len(views(np.zeros((*shape, 3), np.uint8), spec, "crops")) == 1


def test_the_edge_of_a_wide_picture_counts_with_crops_and_not_with_the_centre(tmp_path):
    """What CLIP's own crop throws away: the same centre, another edge."""
    model = golden_model("clip-hf", tmp_path)
    plain = np.full((90, 160, 3), 120, np.uint8)
    edge = plain.copy()
    edge[:, :30] = (255, 0, 0)
    for wide, sees in (("crop", False), ("crops", True), ("pad", True)):
        a, b = ClipEncoder(model, wide=wide).embed_pictures([plain, edge])
        assert (float(a.vector @ b.vector) < 0.9999) is sees, wide


def test_crops_give_two_embeddings_and_the_direction_between_them(tmp_path):
    encoder = ClipEncoder(golden_model("clip-hf", tmp_path))
    wide, square = np.asarray(scene(160, 90)), np.asarray(scene(90, 90))
    parts = encoder.embed_views([wide, square, b"broken"])
    assert [len(each) for each in parts] == [2, 1, 1]
    assert type(parts[2][0].error) is PictureError
    joined = encoder.embed_pictures([wide])[0].vector
    between = parts[0][0].vector + parts[0][1].vector
    assert np.allclose(joined, between / np.linalg.norm(between), atol=1e-6)
    assert encoder.space.name.endswith("+crops")


def test_padding_by_the_models_own_rule():
    spec = ImageInput(
        size=32, resize="pad", interpolation="bilinear", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
    )
    tensor = preprocess(np.full((10, 40, 3), 255, np.uint8), spec)
    assert tensor.shape == (3, 32, 32)
    assert tensor[0, 16, 16] == pytest.approx(1)
    assert abs(tensor[0, 0, 0]) < 0.01


@pytest.mark.parametrize("size", [(48, 64), (64, 48), (300, 224), (1, 1), (5, 900)])
@pytest.mark.parametrize("spec", [CLIP, SIGLIP], ids=["clip", "siglip"])
def test_bytes_and_numbers_say_the_same(spec: ImageInput, size) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (*size, 3)).astype(np.uint8)
    made = fitted(pixels, spec)
    assert (made.shape, made.dtype) == ((spec.size, spec.size, 3), np.uint8)
    right = ((made / 255.0 - spec.mean) / spec.std).transpose(2, 0, 1)
    np.testing.assert_allclose(preprocess(pixels, spec), right, atol=1e-5)
