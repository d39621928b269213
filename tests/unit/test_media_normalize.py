"""Every mode of a picture becomes upright, opaque RGB of 8 bits inside the budget."""

import numpy as np
import pytest
from PIL import Image

from server.media.pixels.flatten import Samples, flatten, measured
from server.media.pixels.normalize import normalize, upright_size
from server.media.pixels.page_sizes import fit, padded
from server.values.pages import PixelBudget


def colours(image: Image.Image, **samples) -> list[tuple[int, ...]]:
    flat = flatten(image, measured(image, Samples(**samples)))
    assert flat.mode in {"RGB", "L", "CMYK"}
    return [tuple(int(value) for value in pixel) for pixel in np.asarray(flat.convert("RGB")).reshape(-1, 3)]


@pytest.mark.parametrize(
    ("mode", "clear", "solid", "want"),
    [
        ("RGBA", (255, 0, 0, 0), (0, 0, 255, 255), [(255, 255, 255), (0, 0, 255)]),
        ("LA", (0, 0), (40, 255), [(255, 255, 255), (40, 40, 40)]),
        ("RGBa", (0, 0, 0, 0), (0, 0, 255, 255), [(255, 255, 255), (0, 0, 255)]),
        ("La", (0, 0), (40, 255), [(255, 255, 255), (40, 40, 40)]),
    ],
)
def test_alpha_lies_on_white(mode, clear, solid, want):
    image = Image.new(mode, (2, 1), clear)
    image.putpixel((1, 0), solid)
    assert colours(image) == want


def test_half_clear_black_is_gray():
    assert colours(Image.new("RGBA", (1, 1), (0, 0, 0, 128))) == [(127, 127, 127)]


def test_palette_with_alpha():
    image = Image.new("PA", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((0, 0), (0, 0))
    image.putpixel((1, 0), (1, 255))
    assert colours(image) == [(255, 255, 255), (200, 100, 50)]


@pytest.mark.parametrize(
    ("mode", "key", "other", "want"),
    [
        ("L", 7, 9, [(255, 255, 255), (9, 9, 9)]),
        ("RGB", (7, 7, 7), (9, 8, 7), [(255, 255, 255), (9, 8, 7)]),
        ("1", 0, 1, [(255, 255, 255), (255, 255, 255)]),
    ],
)
def test_a_colour_that_stands_for_clear(mode, key, other, want):
    image = Image.new(mode, (2, 1), key)
    image.putpixel((1, 0), other)
    image.info["transparency"] = key
    assert colours(image) == want


@pytest.mark.parametrize("transparency", [0, b"\x00\xff"])
def test_a_clear_palette_entry(transparency):
    image = Image.new("P", (2, 1), 0)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.putpixel((1, 0), 1)
    image.info["transparency"] = transparency
    assert colours(image) == [(255, 255, 255), (200, 100, 50)]


def test_a_clear_key_is_not_smeared_by_resizing():
    image = Image.new("RGB", (64, 64), (255, 0, 0))
    image.info["transparency"] = (255, 0, 0)
    pixels = normalize(image, target=(16, 16), orientation=1)
    assert (pixels == 255).all()


@pytest.mark.parametrize("order", ["<", ">"])
def test_sixteen_bits_are_scaled_not_clipped(order):
    values = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    mode = "I;16" if order == "<" else "I;16B"
    image = Image.frombytes(mode, (4, 1), values.astype(f"{order}u2").tobytes())
    assert [pixel[0] for pixel in colours(image)] == [0, 1, 128, 255]


def test_gray_of_twelve_bits_is_scaled_by_its_own_white():
    image = Image.fromarray(np.array([[0, 2048, 4095, 5000]], dtype=np.uint16))
    assert [pixel[0] for pixel in colours(image, white=4095)] == [0, 128, 255, 255]


def test_zero_may_be_white():
    image = Image.fromarray(np.array([[0, 32896, 65535]], dtype=np.uint16))
    assert [pixel[0] for pixel in colours(image, inverted=True)] == [255, 127, 0]
    image = Image.fromarray(np.array([[0, 1, 4]], dtype=np.float32))
    assert [pixel[0] for pixel in colours(image, inverted=True)] == [255, 191, 0]


def test_a_clear_value_of_sixteen_bits():
    image = Image.fromarray(np.array([[513, 514]], dtype=np.uint16))
    image.info["transparency"] = 513
    assert [pixel[0] for pixel in colours(image)] == [255, 2]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_deeper_gray_is_spread_over_its_own_range(kind):
    image = Image.fromarray(np.array([[-1000, 0, 1000]], dtype=kind))
    assert image.mode == ("I" if kind is np.int32 else "F")
    assert [pixel[0] for pixel in colours(image)] == [0, 128, 255]


@pytest.mark.parametrize("ends", [(-3.4e38, 3.4e38), (0.0, 1e-42), (1e30, 1.0000001e30)])
def test_extreme_ranges_stay_in_order(ends):
    image = Image.fromarray(np.array([ends], dtype=np.float32))
    first, last = (pixel[0] for pixel in colours(image))
    assert first <= last


def test_a_flat_deep_picture_is_white():
    assert set(colours(Image.new("I", (2, 2), 12345))) == {(255, 255, 255)}


def test_not_a_number_is_white_and_does_not_spoil_the_rest():
    image = Image.fromarray(np.array([[np.nan, 0, 1, np.inf, -np.inf]], dtype=np.float32))
    assert [pixel[0] for pixel in colours(image)] == [255, 0, 255, 255, 0]
    blank = Image.fromarray(np.full((2, 2), np.nan, dtype=np.float32))
    assert set(colours(blank)) == {(255, 255, 255)}


@pytest.mark.parametrize(
    ("mode", "colour", "want"),
    [
        ("1", 1, (255, 255, 255)),
        ("1", 0, (0, 0, 0)),
        ("L", 77, (77, 77, 77)),
        ("CMYK", (0, 0, 0, 0), (255, 255, 255)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
        ("YCbCr", (255, 128, 128), (255, 255, 255)),
        ("HSV", (0, 0, 255), (255, 255, 255)),
        ("LAB", (255, 128, 128), (255, 255, 255)),
    ],
)
def test_other_colour_spaces(mode, colour, want):
    (got,) = colours(Image.new(mode, (1, 1), colour))
    assert max(abs(a - b) for a, b in zip(got, want, strict=True)) <= 2


def corners(pixels) -> str:
    names = {(255, 0, 0): "r", (0, 255, 0): "g", (0, 0, 255): "b", (0, 0, 0): "k"}
    return "".join(names[tuple(int(v) for v in pixels[y, x])] for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1)))


@pytest.mark.parametrize(
    ("orientation", "want"),
    [(1, "rgbk"), (2, "grkb"), (3, "kbgr"), (4, "bkrg"), (5, "rbgk"), (6, "brkg"), (7, "kgbr"), (8, "gkrb")],
)
def test_all_eight_orientations(orientation, want):
    image = Image.new("RGB", (3, 2), "white")
    for place, colour in (((0, 0), (255, 0, 0)), ((2, 0), (0, 255, 0)), ((0, 1), (0, 0, 255)), ((2, 1), (0, 0, 0))):
        image.putpixel(place, colour)
    pixels = normalize(image, target=(3, 2), orientation=orientation)
    assert corners(pixels) == want
    assert (pixels.shape[1], pixels.shape[0]) == upright_size((3, 2), orientation)


ALL_MODES = ["1", "L", "P", "RGB", "RGBA", "RGBX", "RGBa", "LA", "La", "PA", "CMYK", "YCbCr", "LAB", "HSV"]
ALL_MODES += ["I;16", "I;16L", "I;16B", "I;16N", "I", "F"]


@pytest.mark.parametrize("mode", ALL_MODES)
def test_pixels_are_read_only_and_of_one_shape(mode):
    pixels = normalize(Image.new(mode, (40, 20)), target=(20, 10), orientation=6)
    assert pixels.shape == (20, 10, 3)
    assert pixels.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0, 0] = 1


def drawing(mode: str, size: tuple[int, int]) -> Image.Image:
    """Ramps and stripes: whatever a seam between bands would show in."""
    across, down = np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1])
    gray = (np.add.outer(down, across) / 2 + 60 * (np.arange(size[0]) // 7 % 2)) % 256
    if mode in {"I;16", "I", "F"}:
        return Image.fromarray((gray * 257).astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    return Image.fromarray(gray.astype(np.uint8)).convert("RGB").convert(mode)


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "YCbCr", "I;16", "I", "F"])
@pytest.mark.parametrize(
    ("size", "target"), [((2600, 1900), (1000, 731)), ((3000, 2111), (301, 211)), ((2800, 1900), (2800, 1899))]
)
def test_bands_show_no_seams(mode, size, target):
    image = drawing(mode, size)
    whole = flatten(image, measured(image, Samples())).resize(target, Image.Resampling.BICUBIC, reducing_gap=1.4)
    pixels = normalize(image, target=target).astype(int)
    assert np.abs(pixels - np.asarray(whole.convert("RGB"))).max() <= 1


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA", "I;16", "F"])
def test_small_pictures_are_enlarged_smoothly_and_without_seams(mode):
    image, target = drawing(mode, (300, 3400)), (555, 6290)  # taller than one band
    whole = flatten(image, measured(image, Samples())).resize(target, Image.Resampling.BICUBIC)
    pixels = normalize(image, target=target).astype(int)
    assert np.abs(pixels - np.asarray(whole.convert("RGB"))).max() <= 1


@pytest.mark.parametrize("size", [(1, 2000), (20_000, 3), (3, 20_000), (70_000, 1), (1, 1)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "I;16"])
def test_odd_shapes_are_padded_with_white(size, mode):
    budget = PixelBudget(longest_side=1000, max_pixels=500_000, min_side=32)
    target = fit(size, budget)
    pixels = normalize(Image.new(mode, size), target=target, page=padded(target, budget))
    assert pixels.shape == (max(32, target[1]), max(32, target[0]), 3)
    assert (pixels[target[1] :] == 255).all()
    assert (pixels[:, target[0] :] == 255).all()
    assert (pixels[: target[1], : target[0]] == pixels[0, 0]).all()


def test_padding_comes_after_turning():
    pixels = normalize(Image.new("L", (10, 40)), target=(10, 40), orientation=6, page=(40, 20))
    assert pixels.shape == (20, 40, 3)
    assert (pixels[:10] == 0).all()
    assert (pixels[10:] == 255).all()
