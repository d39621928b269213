"""Parses the boxes of HEIF and AVIF files (ISO/IEC 14496-12 and 23008-12): largest size, number of frames.

The decoders hold every sample of a sequence in a table before they give the first frame, so samples are counted here
as they will count them: by chunks and runs, whatever the file says their sum is.
"""

from collections.abc import Iterator
from struct import unpack_from
from typing import Final

from server.media.formats.faults import StructureFault
from server.values.pages import Size

_MOST_BOXES: Final = 10_000
_HOLDERS: Final = frozenset({b"meta", b"iprp", b"ipco", b"moov", b"trak", b"mdia", b"minf", b"stbl"})


def read_iso_media(data: bytes, *, most_frames: int) -> tuple[Size, int]:
    """Read from `data` the size of the largest picture that is spoken of, and how many frames a sequence has, else 1.

    Counting stops once there are more than `most_frames`.

    Raises:
        StructureFault: there are more boxes than any picture has.
    """
    size, frames, chunks, runs = (1, 1), 1, 0, b""
    for name, start, end in _boxes(data):
        match name:
            case b"ispe":
                width, height = unpack_from(">II", data, start + 4)
                size = max(size, (width, height), key=lambda sides: sides[0] * sides[1])
            case b"stbl":
                chunks, runs = 0, b""
            case b"stsz":
                frames = max(frames, *unpack_from(">I", data, start + 8))
            case b"stsc":
                runs = data[start + 4 : end]
            case b"stco" | b"co64":
                (chunks,) = unpack_from(">I", data, start + 4)
        if runs and chunks:
            frames = max(frames, _count_samples(runs, chunks, most_frames))
    return size, frames


def _count_samples(runs: bytes, chunks: int, most: int) -> int:
    """Add up the samples of `chunks` chunks: each run says its first chunk and how many samples each of its has."""
    (count,) = unpack_from(">I", runs)
    if count > most:
        return most + 1  # every run has a chunk, and every chunk a sample
    starts = [unpack_from(">II", runs, 4 + 12 * number) for number in range(count)]
    ends = [*(first for first, _ in starts[1:]), chunks + 1]
    return sum(max(0, end - first) * samples for (first, samples), end in zip(starts, ends, strict=True))


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of the contents of each box, those within others after these."""
    pending = [(0, len(data))]
    for _ in range(_MOST_BOXES):
        place, end = pending.pop() if pending else (0, 0)
        if place + 8 > end:
            if not pending:
                return
            continue
        size, name = unpack_from(">I4s", data, place)
        start = place + 8
        if size == 1:
            (size,) = unpack_from(">Q", data, start)
            start = place + 16
        stop = min(end, place + size) if size else end
        if stop < start:
            continue  # no box: what is behind it is not read
        yield name, start, stop
        pending.append((stop, end))
        if name in _HOLDERS:
            pending.append((start + 4 if name == b"meta" else start, stop))
    raise StructureFault(f"holds more than {_MOST_BOXES:,} boxes")
