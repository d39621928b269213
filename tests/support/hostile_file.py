"""A hostile file and what must be answered: refused with one of these codes, or read all the same.

`quick` files must be answered from their headers, at once and in little memory. The others are dear only once they are
drawn, where a decoder cannot be stopped: the worker's bounds on time and memory end them.
"""

from collections.abc import Callable
from dataclasses import dataclass

READ = "read"
GIGABYTE = 2**30
MEGABYTE = 2**20
PIXELS = "image_too_many_pixels"
FRAMES = "too_many_frames"
BROKEN = "invalid_image"
ALIEN = "unsupported_image_format"
COSTLY = "image_too_costly"
OBJECT = "pdf_object_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileFile:
    """A file and the answers that are right: `READ`, or codes of our errors."""

    name: str
    make: Callable[[], bytes]
    answers: frozenset[str]
    quick: bool = True


def hostile(name: str, make: Callable[..., bytes], *answers: str, quick: bool = True) -> HostileFile:
    """Say what is right for one file."""
    return HostileFile(name=name, make=make, answers=frozenset(answers), quick=quick)
