"""Splits a TIFF file into pages, each a separate file for the decoder (TIFF 6.0, section 2; BigTIFF).

The threat is the directory: loops, thousands of pages or tags, tables larger than the file, tiles larger than the
picture. So directories are walked here, and a decoder gets one that has only the tags saying how pixels are stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from struct import calcsize, pack, unpack_from
from typing import Final

from server.media.formats.faults import StructureFault
from server.values.pages import Size

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_ORIENTATION, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _PROFILE = 274, 277, 322, 323, 34675
_TABLES: Final = frozenset({273, 279, 324, 325})  # where strips and tiles lie, and how long they are
_KEPT: Final = _TABLES | {
    *(_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _PROFILE),
    *(266, 278, 284, 292, 293, 317, 320, 332, 338, 339),  # order of bits, strips, planes, fax, predictor, colours
    *(347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532),  # JPEG inside, new and old; YCbCr
}
_READ: Final = _KEPT | {_SUBFILE, _ORIENTATION}
_MOST_ENTRIES: Final = 100_000  # over all pages; a page has some twenty
_MOST_TILES: Final = 50_000  # strips or tiles of a page: 100 million pixels in tiles of 45 x 45
_MOST_VALUES: Final = 3 * 65_536  # of any other tag that is kept; so many has a colour table of 16 bits
_MOST_PROFILE: Final = 2**22
_LARGEST_TILE: Final = 4096 * 4096  # pixels, where the picture is smaller than that
_REDUCED_OR_MASK: Final = 0b101  # in NewSubfileType: a smaller copy of another page, or its mask
_INTEGERS: Final = {3: "H", 4: "I", 16: "Q"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TiffPage:
    """One page: its `size` as stored, its EXIF `orientation`, and the directory that a decoder is given.

    `starved`: it is not packed, and the file has less data than its pixels are.

    Gray of more than 8 bits whose zero is white is handed on as if zero were black, for Pillow takes only one byte
    order of it and would not invert it: `inverted` says so. `white` is the greatest value of gray of 9 to 16 bits.
    """

    size: Size
    starved: bool
    orientation: int
    inverted: bool
    white: int
    directory: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How numbers are written: `struct` formats of a count of entries, of an entry, and of an offset."""

    order: str
    count: str
    entry: str
    offset: str
    header: int  # bytes before the offset of the first directory


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    kind: int
    count: int
    value: bytes  # or the offset of the values, where they do not fit in here


_Directory = dict[int, _Entry]


def read_pages(data: bytes, *, most_pages: int) -> tuple[TiffPage, ...]:
    """Read the pages of `data`, copies at lower resolution left out; one more than `most_pages` where there are more.

    Raises:
        StructureFault: the directories form a loop, lie beyond the file or claim what cannot be.
    """
    layout = _layout_of(data)
    directories = list(islice(_directories(data, layout), most_pages + 1))
    whole = [page for page in directories if not _first(data, layout, page, _SUBFILE, 0) & _REDUCED_OR_MASK]
    return tuple(_read_page(data, layout, page) for page in whole or directories)


def page_alone(data: bytes, page: TiffPage) -> bytes:
    """Make a file of which `page` is the only page: `data` with another directory."""
    layout = _layout_of(data)
    padding = b"\x00" * (len(data) % 2)  # a directory begins on a word boundary
    first = pack(layout.offset, len(data) + len(padding))
    return b"".join((data[: layout.header], first, data[layout.header + len(first) :], padding, page.directory))


def _layout_of(data: bytes) -> _Layout:
    order = "<" if data[:2] == b"II" else ">"
    if b"+" in data[2:4]:
        return _Layout(order=order, count=f"{order}Q", entry=f"{order}HHQ8s", offset=f"{order}Q", header=8)
    return _Layout(order=order, count=f"{order}H", entry=f"{order}HHI4s", offset=f"{order}I", header=4)


def _directories(data: bytes, layout: _Layout) -> Iterator[_Directory]:
    (place,) = unpack_from(layout.offset, data, layout.header)
    seen: set[int] = set()
    entries = 0
    while place:
        if place in seen:
            raise StructureFault("has directories that form a loop")
        if place + calcsize(layout.count) > len(data):
            raise StructureFault("points to a page beyond its end, so a part of it is missing")
        seen.add(place)
        (count,) = unpack_from(layout.count, data, place)
        entries += count
        if entries > _MOST_ENTRIES:
            raise StructureFault(f"has more than {_MOST_ENTRIES:,} tags")
        first, size = place + calcsize(layout.count), calcsize(layout.entry)
        end = first + count * size
        yield _read_entries(data, layout, range(first, end, size))
        place = unpack_from(layout.offset, data, end)[0] if end + calcsize(layout.offset) <= len(data) else 0


def _read_entries(data: bytes, layout: _Layout, places: range) -> _Directory:
    directory: _Directory = {}
    for place in places:
        tag, kind, count, value = unpack_from(layout.entry, data, place)
        if tag in _READ and tag not in directory:
            directory[tag] = _Entry(kind=kind, count=count, value=value)
    return directory


def _read_page(data: bytes, layout: _Layout, directory: _Directory) -> TiffPage:
    width, height = (_first(data, layout, directory, side, 0) for side in (_WIDTH, _HEIGHT))
    bits = _first(data, layout, directory, _BITS, 1)
    _check_tables(directory)
    _check_tiles(data, layout, directory, width * height)
    row = width * bits * _first(data, layout, directory, _SAMPLES, 1) // 8
    inverted = bits > 8 and _first(data, layout, directory, _PHOTOMETRIC, 1) == 0
    if inverted:
        directory = directory | {_PHOTOMETRIC: _Entry(kind=3, count=1, value=pack(f"{layout.order}H", 1))}
    orientation = _first(data, layout, directory, _ORIENTATION, 1)
    return TiffPage(
        size=(width, height),
        starved=_first(data, layout, directory, _COMPRESSION, 1) == 1 and row * height > len(data),
        orientation=orientation if 1 <= orientation <= 8 else 1,
        inverted=inverted,
        white=2**bits - 1 if 8 < bits < 16 else 65535,
        directory=_write(layout, {tag: entry for tag, entry in sorted(directory.items()) if tag in _KEPT}),
    )


def _check_tables(directory: _Directory) -> None:
    """Check the lengths of the tables that are handed on; a profile that is too long is left out."""
    for tag in _TABLES & directory.keys():
        if directory[tag].count > _MOST_TILES:
            raise StructureFault(f"is cut into more than {_MOST_TILES:,} strips or tiles")
    if _PROFILE in directory and directory[_PROFILE].count > _MOST_PROFILE:
        del directory[_PROFILE]
    if any(entry.count > _MOST_VALUES for tag, entry in directory.items() if tag != _PROFILE):
        raise StructureFault("has a table out of proportion long")


def _check_tiles(data: bytes, layout: _Layout, directory: _Directory, pixels: int) -> None:
    wide, high = (_first(data, layout, directory, side, 0) for side in (_TILE_WIDTH, _TILE_HEIGHT))
    if wide * high > max(_LARGEST_TILE, 4 * pixels):
        raise StructureFault(f"is cut into tiles of {wide} x {high} pixels, far more than the picture has")


def _first(data: bytes, layout: _Layout, directory: _Directory, tag: int, missing: int) -> int:
    """The first value of `tag`, where it is a whole number; else `missing`."""
    entry = directory.get(tag)
    form = _INTEGERS.get(entry.kind) if entry else None
    if entry is None or form is None or not entry.count:
        return missing
    form = layout.order + form
    if entry.count * calcsize(form) <= len(entry.value):
        return int(unpack_from(form, entry.value)[0])
    return int(unpack_from(form, data, *unpack_from(layout.offset, entry.value))[0])


def _write(layout: _Layout, directory: _Directory) -> bytes:
    entries = (pack(layout.entry, tag, entry.kind, entry.count, entry.value) for tag, entry in directory.items())
    return pack(layout.count, len(directory)) + b"".join(entries) + pack(layout.offset, 0)
