"""Files of several pictures: which are read, which are only counted, and what is said of the others."""

import io
import re
import struct

import pillow_heif
import pytest
from picture_files import saved
from PIL import Image

from server.errors import ImageTooLarge, InvalidImage
from server.media.formats.tiff import read_pages
from server.media.pixels.decode import count_pages, decode_pages, prepare
from server.values.pages import DecodedPage, DecodeLimits, PixelBudget

PATH = "messages[0].content[0].image_url.url"
BUDGET = PixelBudget(longest_side=2000, max_pixels=4_000_000)


@pytest.fixture(autouse=True)
def _prepared() -> None:
    prepare()


def limits(max_pixels: int = 1_000_000, max_frames: int = 20) -> DecodeLimits:
    return DecodeLimits(max_pixels=max_pixels, max_frames=max_frames, max_pdf_object_bytes=2**20)


def decode(data: bytes, max_pixels: int = 1_000_000, number: int = 1) -> DecodedPage:
    (page,) = decode_pages(data, path=PATH, limits=limits(max_pixels), budget=BUDGET, numbers=[number])
    return page


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF"])
def test_the_first_frame_of_an_animation_is_read_and_said(format_):
    frames = [Image.new("RGB", (32, 32), shade) for shade in ("white", "black", "gray")]
    data = saved(frames[0], format_, save_all=True, append_images=frames[1:])
    assert count_pages(data, path=PATH, limits=limits()) == 1
    page = decode(data)
    assert page.pixels.mean() > 250
    assert page.notes == ("The picture is an animation: the first of its 3 frames was read, the others were not.",)


def test_the_default_picture_of_an_animated_png_is_the_first():
    frames = [Image.new("RGB", (32, 32), shade) for shade in ("white", "black", "gray")]
    page = decode(saved(frames[0], "PNG", save_all=True, append_images=frames[1:], default_image=True))
    assert page.pixels.mean() > 250
    assert "first of its 3 frames" in page.notes[0]


def test_what_the_first_frame_of_a_gif_leaves_free_is_white():
    data = bytearray(saved(Image.new("L", (10, 10)), "GIF"))
    frame = data.index(b",\x00\x00\x00\x00")
    data[6:10], data[frame + 1 : frame + 5] = struct.pack("<HH", 30, 20), struct.pack("<HH", 15, 5)
    pixels = decode(bytes(data)).pixels
    assert pixels.shape == (20, 30, 3)
    assert (pixels[5:15, 15:25] == 0).all()
    assert (pixels == 255).sum() == (20 * 30 - 100) * 3


def test_the_main_picture_of_a_heif_file_is_read_and_said():
    pictures = pillow_heif.from_pillow(Image.new("RGB", (64, 64), "black"))
    pictures.add_from_pillow(Image.new("RGB", (64, 64), "white"))
    file = io.BytesIO()
    pictures.save(file, primary_index=1)
    page = decode(file.getvalue())
    assert page.pixels.mean() > 250
    assert page.notes == ("The file holds 2 pictures: the main one was read, the others were not.",)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_the_number_of_frames_is_limited(format_):
    frames = [Image.new("RGB", (32, 32), (shade * 9, 0, 0)) for shade in range(21)]
    data = saved(frames[0], format_, save_all=True, append_images=frames[1:])
    for ask in (count_pages, lambda *args, **kw: decode_pages(*args, **kw, budget=BUDGET, numbers=[1])):
        with pytest.raises(ImageTooLarge, match=r"more than 20 (frames|pages).*PAGEGLASS_MAX_FRAMES") as caught:
            ask(data, path=PATH, limits=limits())
        assert caught.value.code == "too_many_frames"
    assert count_pages(data, path=PATH, limits=limits(max_frames=21)) == (21 if format_ == "TIFF" else 1)


def test_pages_of_a_tiff_are_chosen_by_number():
    shades = (10, 100, 200)
    pages = [Image.new("L", (20 + shade, 30), shade) for shade in shades]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert count_pages(data, path=PATH, limits=limits()) == 3
    got = decode_pages(data, path=PATH, limits=limits(), budget=BUDGET, numbers=[3, 1, 3])
    assert [int(page.pixels.mean()) for page in got] == [200, 10, 200]
    assert [page.source_width for page in got] == [220, 30, 220]
    assert all(page.notes == () for page in got)


def test_the_page_of_a_tiff_that_is_wrong_is_named():
    pages = [Image.effect_noise((30, 20), 50) for _ in range(3)]
    data = bytearray(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw"))
    second = read_pages(bytes(data), most_pages=9)[1].directory
    strip = second.index(struct.pack("<H", 273)) + 8
    place = int.from_bytes(second[strip : strip + 4], "little")
    data[place : place + 40] = b"\xff" * 40
    with pytest.raises(InvalidImage, match=f"^{re.escape(PATH)}, page 2, begins like a TIFF picture, but cannot"):
        decode(bytes(data), number=2)
    assert decode(bytes(data), number=3).pixels.shape == (20, 30, 3)
    with pytest.raises(ImageTooLarge, match=", page 1, has too many pixels"):
        decode(bytes(data), 599)


@pytest.mark.parametrize(("format_", "number", "pages"), [("PNG", 2, "1 page"), ("TIFF", 0, "1 page")])
def test_a_page_that_is_not_there(format_, number, pages):
    with pytest.raises(InvalidImage, match=f"has {pages}, so there is no page {number}"):
        decode(saved(Image.new("L", (20, 20)), format_), number=number)
