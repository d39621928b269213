"""A large picture is decoded in little more memory than it has pixels, whatever its mode: it is never held twice."""

import subprocess
import sys

import numpy as np
import pytest
from picture_files import saved
from PIL import Image

SIDE = 4000
OVER = 44 * 2**20  # bytes, for bands and the page
DECODE = """
import resource, sys
from pathlib import Path
from server.media.pixels.decode import decode_pages, prepare
from server.values.pages import DecodeLimits, PixelBudget
prepare()
data = sys.stdin.buffer.read()
mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mapped + int(sys.argv[1]), resource.RLIM_INFINITY))
limits = DecodeLimits(max_pixels=10**8, max_frames=1, max_pdf_object_bytes=1)
budget = PixelBudget(longest_side=2000, max_pixels=10**6)
try:
    (page,) = decode_pages(data, path="a", limits=limits, budget=budget, numbers=[1])
except MemoryError:
    sys.exit("MemoryError")
print(page.pixels.shape)
"""


def picture(mode: str) -> Image.Image:
    gray = Image.radial_gradient("L").resize((SIDE, SIDE))
    if mode in {"I;16", "I", "F"}:
        return Image.fromarray(np.asarray(gray).astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))
    if mode == "P":
        gray.putpalette([value for level in range(256) for value in (level, 0, 255 - level)])
        return gray
    return Image.merge(mode, [gray] * len(mode))


def decode_within(data: bytes, allowed: int) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-c", DECODE, str(allowed)]
    return subprocess.run(command, input=data, capture_output=True, check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process so")
@pytest.mark.parametrize(
    ("mode", "kind", "options", "pixel_bytes"),
    [
        ("P", "PNG", {"transparency": bytes(range(256)), "compress_level": 1}, 1),
        ("I;16", "PNG", {"compress_level": 1}, 2),
        ("RGBA", "PNG", {"compress_level": 1}, 4),
        ("F", "TIFF", {"compression": "tiff_lzw"}, 4),
        ("RGB", "TIFF", {"compression": "tiff_lzw", "tiffinfo": {0x0112: 6}}, 4),  # Pillow would turn it at full size
    ],
)
def test_a_large_picture_is_never_held_twice(mode, kind, options, pixel_bytes):
    data = saved(picture(mode), kind, **options)
    done = decode_within(data, SIDE * SIDE * pixel_bytes + 2 * len(data) + OVER)
    assert done.stdout == b"(1000, 1000, 3)\n", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process so")
@pytest.mark.parametrize(("mode", "kind"), [("RGB", "PNG"), ("RGB", "WEBP"), ("L", "TIFF")])
def test_a_shortage_of_memory_is_not_called_damage(mode, kind):
    done = decode_within(saved(picture(mode), kind), 8 * 2**20)
    assert done.stderr == b"MemoryError\n"
