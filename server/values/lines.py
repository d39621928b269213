"""Recognised lines with their bounding boxes, and the evidence of a value in them."""

from dataclasses import dataclass
from math import hypot
from typing import Literal

MarkKind = Literal["box", "circle", "ring", "strike", "tick", "signature"]
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence of one value. `page` counts from 0; `box` is in pixels of the upright page, as in `Line`.

    `grounded` is None for values that print cannot show, such as true and false; if a rule read one, `box` and `text`
    are those of its lines. `checked` names the checks that the value passed (``IBAN check digits``), and `reading` how
    the page settled a form that could be read in two ways (``decimal comma``, ``day first``).
    """

    grounded: bool | None
    page: int | None = None
    box: Quad | None = None
    text: str = ""
    confidence: float = 0.0
    checked: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNotes:
    """What reading the fields of a document showed beside them.

    `language` is the code (ISO 639-1) of the language of its labels, `notes` are sentences for the caller: rows that
    were left out, tables that matched no property. `asked` are the keys that were found in the prompt.
    """

    language: str | None = None
    notes: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


NO_NOTES = DocumentNotes()


_COLUMN = 2.5  # height to width of a box that holds more than a narrow glyph, such as 1


def sides(quad: Quad) -> tuple[float, float]:
    """Return the width and the height of a box in pixels, along its own edges."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    width, height = hypot(bx - ax, by - ay) + hypot(cx - dx, cy - dy), hypot(dx - ax, dy - ay) + hypot(cx - bx, cy - by)
    return width / 2, height / 2


def part_of(quad: Quad, left: float, right: float) -> Quad:
    """The part of a box from x = `left` to x = `right`, its edges going on as they slope."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad

    def at(x: float, x1: float, y1: float, x2: float, y2: float) -> Point:
        return x, y1 + (y2 - y1) * (x - x1) / (x2 - x1)

    if bx - ax < max(1.0, abs(by - ay)) or cx - dx < max(1.0, abs(cy - dy)):  # print that runs up or down
        return quad
    return at(left, ax, ay, bx, by), at(right, ax, ay, bx, by), at(right, dx, dy, cx, cy), at(left, dx, dy, cx, cy)


class _Boxed:
    """The edges of what has a `box`, in its pixels."""

    __slots__ = ()
    box: Quad

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(point[0] for point in self.box)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(point[0] for point in self.box)

    @property
    def top(self) -> float:
        """Smallest y."""
        return min(point[1] for point in self.box)

    @property
    def bottom(self) -> float:
        """Largest y."""
        return max(point[1] for point in self.box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark(_Boxed):
    """A mark of a `kind`: a box or circle to tick, a ring around a word or a line through others, a tick in a table.

    A `signature` is a field for one, at the line of its label. `ticked` says whether what it stands at is chosen, or
    signed; None where that is unclear. `box` is as in `Line`, that of the word for rings and lines. `before` and
    `behind` are the paper in pixels between a box and the print at its left and right; `crossed` says that its tick
    runs over its edge, so that both may be less than they were in print. `words` is what a tick in a table stands for,
    the head of its column; a tick without them is about the words in its `box`, which it stands beside. `stated` says
    that the document itself states it, as the form of a PDF does.
    """

    ticked: bool | None
    box: Quad
    kind: MarkKind = "box"
    before: float = 0.0
    behind: float = 0.0
    crossed: bool = False
    words: str = ""
    stated: bool = False

    @property
    def side(self) -> float:
        """Mean side in pixels."""
        return sum(sides(self.box)) / 2

    @property
    def sign(self) -> str:
        """How a text shows it; a signature is no print."""
        if self.kind == "signature":
            return ""
        if self.ticked is None:
            return "[?]"
        if self.kind not in ("box", "circle"):
            return "✓" if self.ticked else ""
        return "☒" if self.ticked else "☐"

    @property
    def on_words(self) -> bool:
        """Whether its place is that of the words that it is about, and not beside them."""
        return self.kind in ("ring", "strike") or (self.kind == "tick" and not self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(_Boxed):
    """One line of print: its text, the recogniser's score (0 to 1) and its box.

    `box` is four points clockwise from the top left of the text, in pixels of the upright page. Lines that stand
    side by side share a `row`; rows count up in reading order. A new `block` starts a new column or paragraph group.
    The text of a line that begins with a `mark` begins with its sign. `middles` are those of its characters other than
    spaces, as shares of the box from its left edge on; empty where the engine does not say.
    """

    text: str
    score: float
    box: Quad
    row: int = 0
    block: int = 0
    mark: Mark | None = None
    middles: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """Height of the print in pixels, whatever its slope; the width of a column of vertical writing."""
        width, height = sides(self.box)
        return width if height > _COLUMN * width else height


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A run of lines of one page in reading order; a page may come in several runs, the last one marked `last`.

    `page` counts the pages of the request from 0. `width` and `height` are the size in pixels of the upright page,
    which is the `Page` turned clockwise by `quarter_turns`. `slope` is that of its print in radians, positive where it
    falls to the right; None if the engine did not measure it. `in_columns` says that it is vertical writing. `tiles`
    are the parts that a page larger than the engine sees at once was read in. `unread` are the places of lines whose
    script the engine does not know.
    """

    page: int
    width: int
    height: int
    quarter_turns: int = 0
    lines: tuple[Line, ...] = ()
    last: bool = True
    tiles: int = 1
    slope: float | None = None
    in_columns: bool = False
    unread: tuple[Quad, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The boxes to tick in its lines."""
        return tuple(line.mark for line in self.lines if line.mark is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvidence:
    """The source of a value: the page (from 0), its lines, and the probability that it is right (0 to 1).

    `checked` and `reading` are as in `Evidence`.
    """

    page: int
    lines: tuple[Line, ...]
    score: float
    checked: tuple[str, ...] = ()
    reading: str = ""
