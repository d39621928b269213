"""Headers are read without a decoder: sizes, frames, and files that are built to take long."""

import struct

import pytest
from picture_files import bmp, box, chunk, gif, png, riff, saved, segment, with_segments
from PIL import Image

from server.media.formats.faults import CostlyStructure, StructureFault
from server.media.formats.headers import read_outline

PICTURE = Image.effect_noise((128, 64), 50)
ACTL = chunk(b"acTL", struct.pack(">II", 4_000_000_000, 0))
FCTL = chunk(b"fcTL", bytes(26))
JPEG = saved(PICTURE, "JPEG")


def outline(data: bytes, kind: str, most_frames: int = 5):
    return read_outline(data, kind, most_frames=most_frames)


def sequence(*, samples: int, chunks: int, runs: list[tuple[int, int]]) -> bytes:
    """The boxes of an AVIF sequence with these tables, as the file claims them."""
    stsz = box(b"stsz", struct.pack(">III", 0, 9, samples))
    stsc = box(b"stsc", struct.pack(">II", 0, len(runs)), *(struct.pack(">III", *run, 1) for run in runs))
    stco = box(b"stco", struct.pack(">II", 0, chunks))
    tables = box(b"stbl", stsc, stsz, stco)
    track = box(b"trak", box(b"mdia", box(b"minf", tables)))
    return box(b"ftyp", b"avis", bytes(4)) + box(b"moov", track)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "HEIF", "AVIF"])
def test_size_and_frames_of_an_ordinary_file(kind):
    found = outline(saved(PICTURE, kind), kind)
    assert (found.size, found.frames, found.starved) == ((128, 64), 1, False)


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 50}, {"lossless": True, "exif": b"II*\x00"}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_each_way_that_webp_states_its_size(mode, options):
    found = outline(saved(PICTURE.convert(mode), "WEBP", **options), "WEBP")
    assert (found.size, found.frames) == ((128, 64), 1)


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("frames", [2, 5, 6])
def test_frames_are_counted(kind, frames):
    more = [Image.new("L", PICTURE.size, 30 * number) for number in range(1, frames)]
    found = outline(saved(PICTURE, kind, save_all=True, append_images=more), kind)
    assert (found.size, found.frames) == ((128, 64), frames)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (gif(1, 1, 20_000), "GIF"),
        (png(1, 1, ACTL, *[FCTL] * 20_000), "PNG"),
        (riff((b"VP8X", b"\x02" + bytes(9)), *[(b"ANMF", bytes(16))] * 20_000), "WEBP"),
        (sequence(samples=20_000, chunks=1, runs=[(1, 1)]), "AVIF"),
        (sequence(samples=1, chunks=1, runs=[(1, 2_600_000)]), "AVIF"),
        (sequence(samples=1, chunks=20_000, runs=[(1, 1)]), "HEIF"),
        (sequence(samples=1, chunks=1, runs=[(1, 0)] * 20_000), "AVIF"),
    ],
)
def test_counting_stops_early(data, kind):
    assert outline(data, kind).frames > 5
    assert outline(data + b"\x00" * 10**7, kind).frames > 5


def test_frames_that_are_announced_and_not_there():
    assert outline(png(1, 1, ACTL, FCTL), "PNG").frames == 1
    assert outline(png(1, 1, FCTL, FCTL, FCTL), "PNG").frames == 1  # without acTL no viewer plays them


def test_samples_are_added_up_over_runs_of_chunks():
    assert outline(sequence(samples=1, chunks=3, runs=[(1, 1), (2, 2)]), "AVIF").frames == 5


def test_a_picture_before_the_animation_is_a_frame_of_its_own():
    frames = [PICTURE, Image.new("L", PICTURE.size), Image.new("L", PICTURE.size, 99)]
    data = saved(PICTURE, "PNG", save_all=True, append_images=frames[1:], default_image=True)
    assert outline(data, "PNG").frames == 3


def test_a_first_frame_that_reaches_over_the_canvas():
    data = b"GIF89a" + struct.pack("<HHBBB", 10, 10, 0, 0, 0)
    data += b"," + struct.pack("<HHHHB", 60_000, 3, 60_000, 9, 0) + b"\x02\x00;"
    assert outline(data, "GIF").size == (120_000, 12)


@pytest.mark.parametrize(
    ("data", "kind", "size"),
    [
        (bmp(-5, -7), "BMP", (5, 7)),
        (b"BM" + bytes(12) + struct.pack("<IHHHH", 12, 300, 200, 1, 1) + bytes(8000), "BMP", (300, 200)),
        (box(b"ftyp", b"avif", bytes(4)) + box(b"meta", bytes(4), box(b"iprp", box(b"ipco", box(
            b"ispe", struct.pack(">III", 0, 9, 9)), box(b"ispe", struct.pack(">III", 0, 70_000, 60_000))))),
         "AVIF", (70_000, 60_000)),
    ],
)  # fmt: skip
def test_other_headers(data, kind, size):
    assert outline(data, kind).size == size


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(9000, 9000, colour=2, rows=bytes(999)), "PNG"),
        (gif(9000, 9000, 1), "GIF"),
        (bmp(9000, 9000, pixels=bytes(999)), "BMP"),
        (JPEG[: JPEG.index(b"\xff\xc0") + 5] + struct.pack(">HH", 60_000, 60_000) + b"\x01" + JPEG[
            JPEG.index(b"\xff\xc0") + 10 :], "JPEG"),
    ],
)  # fmt: skip
def test_less_data_than_such_a_picture_can_be_packed_into(data, kind):
    assert outline(data, kind).starved


@pytest.mark.parametrize("interlaced", [b"\x00", b"\x01"])
@pytest.mark.parametrize(("mode", "side"), [("1", 3000), ("L", 1500), ("RGB", 900), ("P", 1500)])
def test_a_blank_page_is_packed_well_and_not_starved(mode, side, interlaced):
    assert not outline(saved(Image.new(mode, (side, side)), "PNG", compress_level=9), "PNG").starved
    assert not outline(saved(Image.new(mode, (side, side)), "GIF"), "GIF").starved
    if mode != "P":
        for options in ({}, {"progressive": True}, {"quality": 1}):
            assert not outline(saved(Image.new(mode, (side, side)), "JPEG", **options), "JPEG").starved


@pytest.mark.parametrize(
    ("data", "kind", "fault"),
    [
        (png(1, 1, *[chunk(b"teSt", b"")] * 50_001), "PNG", "more than 50,000 pieces"),
        (png(1, 1)[:8] + png(1, 1)[33:], "PNG", "does not begin with its header"),
        (riff((b"VP8X", bytes(10)), *[(b"TEST", b"")] * 50_001), "WEBP", "more than 50,000 pieces"),
        (b"GIF89a" + bytes(7) + b"!\xfe" + b"\x01a" * 500_001, "GIF", "more than 500,000 pieces"),
        (b"GIF89a" + bytes(7) + b"x" * 500_002, "GIF", "more than 500,000 pieces"),
        (with_segments(JPEG, *[segment(0xFE, b"")] * 1001), "JPEG", "far more beside the picture"),
        (with_segments(JPEG, *[segment(0xE1, b"Exif\x00\x00II")] * 9), "JPEG", "far more beside the picture"),
        (with_segments(JPEG, b"\x00" * 65_537), "JPEG", "far more beside the picture"),
        (with_segments(JPEG, b"\xff" * 70_000), "JPEG", "far more beside the picture"),
        (box(b"ftyp", b"avif", bytes(4)) + box(b"free") * 10_000, "AVIF", "more than 10,000 boxes"),
    ],
)
def test_files_built_to_take_long_to_open(data, kind, fault):
    with pytest.raises(StructureFault, match=fault):
        outline(data, kind)


@pytest.mark.parametrize(
    "segments",
    [
        [segment(0xE2, b"ICC_PROFILE\x00" + bytes([number, 255]) + bytes(60_000)) for number in range(1, 256)],
        [b"\xff" * 60_000],
        [segment(0xE1, b"Exif\x00\x00II"), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<x/>")],
    ],
)
def test_what_may_stand_beside_a_jpeg(segments):
    assert outline(with_segments(JPEG, *segments), "JPEG").size == (128, 64)


def test_progressive_jpeg_in_very_many_scans():
    data = saved(PICTURE, "JPEG", progressive=True)
    assert data.count(b"\xff\xda") <= 10
    assert outline(data, "JPEG").decoder_bytes == 3
    scan = segment(0xDA, b"\x01\x01\x00\x00\x00\x00") + b"\x00"
    with pytest.raises(CostlyStructure, match=r"progressive JPEG picture in [\d,]+ scans.*baseline JPEG"):
        outline(data[:-2] + scan * 101 + data[-2:], "JPEG")
    assert outline(JPEG[:-2] + scan * 101 + JPEG[-2:], "JPEG").size == (128, 64)  # libjpeg reads no more than it needs


def test_a_large_run_length_coded_bmp():
    with pytest.raises(CostlyStructure, match="Save it again as PNG"):
        outline(bmp(100_000_000, 1, bits=8, packing=1), "BMP")
    assert outline(bmp(4000, 4000, bits=8, packing=1), "BMP").size == (4000, 4000)
