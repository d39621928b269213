"""Colour profiles that are not to be used are left out; what good ones do stands in `benchmarks/renderings.py`."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from server.media.pixels.colour import to_srgb

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def ramps(mode: str) -> Image.Image:
    values = np.arange(64, dtype=np.uint8).reshape(4, 4, 4) * 4
    if mode == "L":
        return Image.fromarray(values[..., 0].copy())
    return Image.frombytes(mode, (4, 4), values[..., : len(mode)].tobytes())


def with_class(name: bytes) -> bytes:
    return SRGB[:12] + name + SRGB[16:]


@pytest.mark.parametrize(
    "profile",
    [None, "text", b"", b"\x00" * 200, SRGB, SRGB[:150], LAB, with_class(b"link"), with_class(b"nmcl")],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_profile_that_cannot_be_used_changes_nothing(mode, profile):
    image = ramps(mode)
    assert to_srgb(image, profile).tobytes() == image.tobytes()


@pytest.mark.parametrize("profile", [None, SRGB, b"\xff" * 500])
def test_ink_without_a_profile_lies_on_paper(profile):
    image = to_srgb(ramps("CMYK"), profile)
    ink = np.asarray(ramps("CMYK"), dtype=float)
    wanted = (255 - ink[..., :3]) * (255 - ink[..., 3:]) / 255
    assert image.mode == "RGB"
    assert np.abs(np.asarray(image) - wanted).max() <= 1


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_profile_never_escapes(seed):
    numbers = np.random.default_rng(seed)
    damaged = bytearray(SRGB)
    for place in numbers.integers(0, len(damaged), 6):
        damaged[place] = numbers.integers(256)
    assert to_srgb(ramps("RGB"), bytes(damaged)).size == (4, 4)


def test_a_table_that_claims_more_than_there_is():
    claimed = SRGB[:128] + struct.pack(">I", 2**32 - 1) + SRGB[132:]
    image = ramps("RGB")
    assert to_srgb(image, claimed).tobytes() == image.tobytes()
