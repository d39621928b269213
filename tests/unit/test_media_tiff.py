"""TIFF directories: pages as files of their own, and directories that no decoder should be given."""

import io
import struct

import numpy as np
import pytest
from picture_files import directory, page_tags, saved, tiff
from PIL import Image

from server.media.formats.faults import StructureFault
from server.media.formats.tiff import page_alone, read_pages

PAGE = page_tags(4, 4)
MANY = (*PAGE, *[(40000, 3, 1, 0)] * 65_000)


def pages(data: bytes, most: int = 5):
    return read_pages(data, most_pages=most)


def opened(data: bytes, number: int = 0) -> Image.Image:
    return Image.open(io.BytesIO(page_alone(data, pages(data)[number])), formats=("TIFF",))


def drawn(shade: int = 0, size: tuple[int, int] = (30, 20)) -> Image.Image:
    values = np.add.outer(np.arange(size[1]), np.arange(size[0])) * 3 + shade
    return Image.fromarray((values % 256).astype(np.uint8))


def chain(count: int) -> bytes:
    """`count` directories one behind the other."""
    length = len(directory(*PAGE))
    return tiff(
        *(directory(*PAGE, following=8 + length * (number + 1) if number < count - 1 else 0) for number in range(count))
    )


@pytest.mark.parametrize("options", [{}, {"compression": "tiff_lzw"}, {"big_tiff": True}, {"compression": "packbits"}])
@pytest.mark.parametrize("odd", [b"", b"\x00"])
def test_every_page_alone_is_what_it_was(options, odd):
    drawings = [drawn(shade, (30 + shade, 20)) for shade in (0, 50, 100)]
    data = saved(drawings[0], "TIFF", save_all=True, append_images=drawings[1:], **options) + odd
    assert [page.size for page in pages(data)] == [(30, 20), (80, 20), (130, 20)]
    for number, drawing in enumerate(drawings):
        image = opened(data, number)
        assert image.n_frames == 1
        assert np.array_equal(np.asarray(image), np.asarray(drawing))


def test_nothing_is_handed_on_but_how_pixels_are_stored():
    exif = Image.Exif()
    exif[0x010E], exif[0x0112], exif[0x8298] = "a description", 6, "a copyright"
    exif.get_ifd(0x8769)[0x9003] = "2026:01:01 00:00:00"
    data = saved(drawn(), "TIFF", exif=exif, icc_profile=b"p" * 200)
    (page,) = pages(data)
    image = Image.open(io.BytesIO(page_alone(data, page)))
    assert set(image.tag_v2) <= {256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 34675}
    assert image.info["icc_profile"] == b"p" * 200
    assert (page.orientation, image.size) == (6, (30, 20))


@pytest.mark.parametrize(("orientation", "want"), [(8, 8), (0, 1), (9, 1), (65535, 1)])
def test_an_odd_orientation_is_none(orientation, want):
    (page,) = pages(tiff(directory(*PAGE, (274, 3, 1, orientation))))
    assert page.orientation == want


def test_deep_gray_whose_zero_is_white_is_marked():
    entries = [entry for entry in PAGE if entry[0] not in {258, 262}]
    for bits, photometric, inverted, white in ((16, 0, True, 65535), (12, 1, False, 4095), (8, 0, False, 65535)):
        (page,) = pages(tiff(directory(*entries, (258, 3, 1, bits), (262, 3, 1, photometric))) + bytes(99))
        assert (page.inverted, page.white) == (inverted, white)


def test_copies_at_lower_resolution_are_no_pages():
    length = len(directory(*PAGE, (254, 4, 1, 1)))
    both = [directory((254, 4, 1, kind), *PAGE, following=8 + length if not kind else 0) for kind in (0, 1)]
    assert len(pages(tiff(*both))) == 1
    assert len(pages(tiff(both[1]))) == 1  # nothing else is there


@pytest.mark.parametrize(("count", "want"), [(1, 1), (5, 5), (6, 6), (3000, 6)])
def test_counting_stops_early(count, want):
    assert len(pages(chain(count))) == want


@pytest.mark.parametrize(("kind", "form"), [(3, "<HH"), (4, "<I")])
def test_numbers_of_either_width(kind, form):
    (width,) = struct.unpack("<I", struct.pack(form, *([700, 0] if kind == 3 else [700])))
    (page,) = pages(tiff(directory((256, kind, 1, width), *PAGE[1:])) + bytes(9000))
    assert page.size == (700, 4)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (tiff(directory(*PAGE, following=8)), "form a loop"),
        (tiff(directory(*PAGE, following=8 + len(directory(*PAGE))), directory(*PAGE, following=8)), "form a loop"),
        (tiff(first=5000), "points to a page beyond its end"),
        (tiff(directory(*PAGE, following=5000)), "points to a page beyond its end"),
        (tiff(directory(*MANY, following=8 + 6 + 12 * len(MANY)), directory(*MANY)), "more than 100,000 tags"),
        (b"II+\x00\x08\x00\x00\x00" + struct.pack("<QQ", 16, 2**63), "more than 100,000 tags"),
        (tiff(directory(*PAGE[:5], (273, 4, 5_000_000, 8))), "more than 50,000 strips or tiles"),
        (tiff(directory(*PAGE, (324, 4, 5_000_000, 8))), "more than 50,000 strips or tiles"),
        (tiff(directory(*PAGE, (325, 4, 2**32 - 1, 8))), "more than 50,000 strips or tiles"),
        (tiff(directory(*PAGE, (322, 4, 1, 60_000), (323, 4, 1, 60_000))), "tiles of 60000 x 60000 pixels"),
        (tiff(directory(*PAGE[:2], (258, 3, 10**7, 8), *PAGE[3:])), "a table out of proportion long"),
    ],
)
def test_directories_that_no_decoder_is_given(data, fault):
    with pytest.raises(StructureFault, match=fault):
        pages(data)


def test_a_profile_out_of_proportion_is_left_out():
    data = tiff(directory(*PAGE, (34675, 7, 2**23, 8)))
    assert struct.pack("<H", 34675) not in pages(data)[0].directory


@pytest.mark.parametrize("tag", [256, 257])
def test_a_page_without_a_size(tag):
    (page,) = pages(tiff(directory(*[entry for entry in PAGE if entry[0] != tag])))
    assert 0 in page.size


def test_rows_that_are_not_there():
    assert pages(tiff(directory(*page_tags(9000, 9000))))[0].starved
    assert not pages(tiff(directory(*page_tags(4, 4))) + bytes(16))[0].starved


def test_a_file_that_ends_behind_its_last_tag():
    assert len(pages(tiff(directory(*PAGE))[:-4])) == 1
