"""Pipe protocol between the server and its decode workers: frames with a JSON head and raw bytes.

Nothing is pickled: an attacker who takes over a decoder must not take over the server by its answer.
A frame is the length of the head (4 bytes, big-endian), the head, and as many bytes as its ``size`` says.
"""

import json
import struct
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final, Literal

import numpy as np

from server import errors
from server.errors import InvalidImage
from server.media.pixels.page_sizes import most_pixels
from server.values.pages import MOST_WIDGETS, DecodedPage, DecodeLimits, PixelBudget, Widget

MOST_HEAD_BYTES: Final = 2**20
_LENGTH: Final = struct.Struct(">I")
_FAULTS: Final = {kind.__name__: kind for kind in (InvalidImage, errors.UnsupportedImage, errors.ImageTooLarge)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeJob:
    """What a worker is asked: to count a document's pages, or to decode those with `numbers` (from 1).

    `path` is the place of the source in the request; `seconds` is how long the job may take once begun, `cpu_seconds`
    how much CPU time. `sha256` is the digest of the document's bytes where more jobs may follow: a worker that had
    them last is not sent them again.
    `checked`: a worker has looked for bombs in these very bytes, under the same limits, and found none.
    """

    task: Literal["count", "decode"]
    path: str
    limits: DecodeLimits
    budget: PixelBudget
    numbers: tuple[int, ...] = (1,)
    seconds: float = 60.0
    cpu_seconds: float = 60.0
    sha256: str | None = None
    checked: bool = False


@dataclass(slots=True)
class LastDocument:
    """The document that a worker was sent last; a worker has no other."""

    sha256: str | None = None
    data: bytes = b""


class OutOfMemory(Exception):
    """The worker reached its memory limit."""


class BrokenFrame(Exception):
    """The other side ended, or says what no frame says."""


def write_job(pipe: BinaryIO, job: DecodeJob, data: bytes | None) -> None:
    """Send `job` and the document's bytes; None where the worker had them last."""
    _write(pipe, asdict(job) | {"size": None if data is None else len(data)}, data or b"")


def read_job(pipe: BinaryIO, last: LastDocument) -> DecodeJob | None:
    """Take the next job, its document into `last`; None where the server has closed the pipe.

    Raises:
        BrokenFrame: the document is not sent, and `last` is another.
    """
    try:
        head = _read_head(pipe)
    except BrokenFrame:
        return None
    size = head.pop("size")
    head |= {
        "limits": DecodeLimits(**head["limits"]),
        "budget": PixelBudget(**head["budget"]),
        "numbers": tuple(head["numbers"]),
    }
    job = DecodeJob(**head)
    if size is not None:
        last.sha256, last.data = None, b""  # let go before there is another: one document at a time
        data = bytearray(size)
        _fill(pipe, memoryview(data))
        last.sha256, last.data = job.sha256, bytes(data)
    elif last.sha256 is None or last.sha256 != job.sha256:
        raise BrokenFrame
    return job


def write_count(pipe: BinaryIO, count: int) -> None:
    """Answer a ``count`` job."""
    _write(pipe, {"count": count})


def write_pages(pipe: BinaryIO, pages: list[DecodedPage]) -> None:
    """Answer a ``decode`` job."""
    heads = [
        {
            "shape": page.pixels.shape,
            "source": (page.source_width, page.source_height),
            "dpi": page.dpi,
            "notes": page.notes,
            "widgets": [(*widget.box, widget.ticked, widget.round) for widget in page.widgets],
        }
        for page in pages
    ]
    _write(pipe, {"pages": heads}, *(np.ascontiguousarray(page.pixels).data.cast("B") for page in pages))


def write_fault(pipe: BinaryIO, fault: InvalidImage | OutOfMemory) -> None:
    """Answer any job with what was wrong with the document, or with the worker's own end."""
    if isinstance(fault, OutOfMemory):
        _write(pipe, {"memory": True})
    else:
        said = {"message": fault.message, "code": fault.code, "param": fault.param}
        _write(pipe, {"fault": type(fault).__name__, **said})


def read_answer(pipe: BinaryIO, job: DecodeJob) -> int | list[DecodedPage]:
    """Take the answer to `job`: a count, or one page for each number asked for.

    Raises:
        InvalidImage: the document cannot be decoded; as the worker says it.
        OutOfMemory: the worker reached its limit.
        BrokenFrame: the worker ended, or its answer is none to this job.
    """
    try:
        head = _read_head(pipe)
        if head.get("memory"):
            raise OutOfMemory
        if "fault" in head:
            raise _FAULTS[head["fault"]](head["message"], param=head["param"], code=head["code"])
        if job.task == "count":
            return int(head["count"])
        if len(head["pages"]) != len(job.numbers):
            raise BrokenFrame
        return [_read_page(pipe, page, job.budget) for page in head["pages"]]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BrokenFrame from error


def _read_page(pipe: BinaryIO, head: Any, budget: PixelBudget) -> DecodedPage:
    height, width, depth = (int(side) for side in head["shape"])
    if depth != 3 or min(height, width) < 1 or height * width > most_pixels(budget):
        raise BrokenFrame
    pixels = np.empty((height, width, depth), dtype=np.uint8)
    _fill(pipe, pixels.data.cast("B"))
    pixels.setflags(write=False)
    return DecodedPage(
        pixels=pixels,
        source_width=int(head["source"][0]),
        source_height=int(head["source"][1]),
        dpi=None if head["dpi"] is None else float(head["dpi"]),
        notes=tuple(str(note) for note in head["notes"]),
        widgets=tuple(_read_widget(widget, width, height) for widget in head["widgets"][:MOST_WIDGETS]),
    )


def _read_widget(written: Any, width: int, height: int) -> Widget:
    left, top, right, bottom = (int(edge) for edge in written[:4])
    if not (0 <= left < right <= width and 0 <= top < bottom <= height):
        raise BrokenFrame
    ticked, is_round = written[4:]
    return Widget(box=(left, top, right, bottom), ticked=None if ticked is None else bool(ticked), round=bool(is_round))


def _write(pipe: BinaryIO, head: dict[str, Any], *bodies: bytes | memoryview) -> None:
    """Write a frame to an unbuffered pipe, which takes it in pieces."""
    packed = json.dumps(head).encode()
    for data in (_LENGTH.pack(len(packed)) + packed, *bodies):
        rest = memoryview(data)
        while rest:
            rest = rest[pipe.write(rest) :]


def _read_head(pipe: BinaryIO) -> dict[str, Any]:
    length = bytearray(_LENGTH.size)
    _fill(pipe, memoryview(length))
    (size,) = _LENGTH.unpack(length)
    if size > MOST_HEAD_BYTES:
        raise BrokenFrame
    packed = bytearray(size)
    _fill(pipe, memoryview(packed))
    head = json.loads(packed)
    if not isinstance(head, dict):
        raise BrokenFrame
    return head


def _fill(pipe: BinaryIO, space: memoryview) -> None:
    while space:
        count = pipe.readinto(space)  # type: ignore[attr-defined]
        if not count:
            raise BrokenFrame
        space = space[count:]
