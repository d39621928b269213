"""Locates the streams of a PDF in its bytes, with their dictionaries.

A scan for keywords, not a parser: it looks for the length of a stream as pdfium does, and where a dictionary is not
written in plain it says that nothing is known, so that a caller can assume the worst. Streams that no page uses are
found as well. Nothing is decompressed here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_LONGEST_HEAD: Final = 4 * 1024
_LONGEST_GAP: Final = 64
_LINE: Final = re.compile(rb"[^\r\n]{0,1000}(?:\r\n|\n|\r)")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMBERED: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s*\Z")
_LENGTH: Final = re.compile(rb"/Length\s+(\d{1,10})(?!\d)(\s+\d+\s+R)?")
_FILTER: Final = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/<>\[\]()%]+)")
_NAME: Final = re.compile(rb"/([^\s/<>\[\]()%]+)")
_IMAGE: Final = re.compile(rb"/Subtype\s*/Image(?![A-Za-z])")
_SHORT_NAMES: Final = {b"Fl": b"FlateDecode", b"LZW": b"LZWDecode", b"A85": b"ASCII85Decode", b"AHx": b"ASCIIHexDecode"}


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One stream: bytes `start` to `end` of the file, as stored.

    `number` is its object number, 0 where that is not in sight. `head` is the text of its dictionary, names unescaped.
    `exact` is False where the file says the length elsewhere: then `end` is the end of the file.
    """

    number: int
    head: bytes
    start: int
    end: int
    exact: bool

    @property
    def stored(self) -> int:
        """Bytes as stored, at most."""
        return self.end - self.start

    @cached_property
    def filters(self) -> tuple[bytes, ...] | None:
        """The names of its filters in the order they are undone; None where they stand elsewhere in the file."""
        found = _FILTER.search(self.head)
        if found is None:
            return None if b"/Filter" in self.head else ()
        return tuple(_SHORT_NAMES.get(name, name) for name in _NAME.findall(found[1]))

    @cached_property
    def is_image(self) -> bool:
        """Whether it says that it is a picture."""
        return _IMAGE.search(self.head) is not None

    def integer(self, name: bytes) -> int | None:
        """The greatest whole number given for the key `name`; None where there is none in sight."""
        found = re.findall(rb"/" + name + rb"\s+(\d{1,20})(?![\d.]|\s+\d+\s+R)", self.head)
        return max(map(int, found), default=None)


def find_streams(data: bytes) -> Iterator[Stream]:
    """Yield the streams of the PDF `data` in the order they stand there, those inside others included."""
    ending = -1
    place = data.find(b"stream")
    while place >= 0:
        if data[max(0, place - _LONGEST_GAP) : place].rstrip().endswith(b">>"):
            if 0 <= ending < place:  # looked for once for all streams before it, or long files would take for ever
                ending = -1
            if ending < 0:
                ending = data.find(b"endstream", place)
                ending = len(data) if ending < 0 else ending
            yield _stream(data, place, ending)
        place = data.find(b"stream", place + len(b"stream"))


def _stream(data: bytes, keyword: int, ending: int) -> Stream:
    number, head = _head(data, keyword)
    line = _LINE.match(data, keyword + len(b"stream"))  # ends at LF, CR LF or a lone CR, as pdfium takes it
    start = line.end() if line else keyword + len(b"stream")
    end = _end(data, head, start, ending)
    return Stream(number=number, head=head, start=start, end=len(data) if end is None else end, exact=end is not None)


def _head(data: bytes, keyword: int) -> tuple[int, bytes]:
    """Return the object's number and its dictionary; 0 and nothing where its beginning is not near."""
    opening = data.rfind(b"obj", max(0, keyword - _LONGEST_HEAD), keyword)
    if opening < 0:
        return 0, b""
    numbered = _NUMBERED.search(data[max(0, opening - 24) : opening])
    head = data[opening + 3 : keyword]
    if b"#" in head:
        head = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), head)
    return int(numbered[1]) if numbered else 0, head


def _end(data: bytes, head: bytes, start: int, ending: int) -> int | None:
    """Return where the stream ends: at its stated length if `endstream` follows, else at the next one, `ending`.

    None where the length stands in another object.
    """
    lengths = _LENGTH.findall(head)
    if any(elsewhere for _, elsewhere in lengths):
        return None
    stated = start + max((int(length) for length, _ in lengths), default=0)
    if lengths and data[stated : stated + 16].lstrip().startswith(b"endstream"):
        return stated
    return max(start, ending)
