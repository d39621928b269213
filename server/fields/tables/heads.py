"""The heads of tables: a band of names of columns, in one row or two, joined or split by the recogniser."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

from server.fields.print.folding import compact, is_cjk, join_texts
from server.fields.print.page_view import Cell
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.head_words import POSITIONS, concepts_of, is_units_only, labels_of
from server.fields.words.label_table import meanings
from server.values.lines import Line

_LONGEST = 40  # characters of a head
_CLOSE = 1.3  # heights between the two rows of a head
_MOST = 24  # columns


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A head of one column."""

    text: str
    left: float
    right: float
    lines: tuple[Line, ...]
    labels: tuple[str, ...]
    concepts: tuple[str, ...]
    known: bool

    @property
    def concept(self) -> str:
        """The likeliest concept, or empty."""
        return next(iter(self.concepts), "")

    @property
    def is_slip(self) -> bool:
        """Whether its meanings are those of names that it only resembles."""
        return not any(label in meanings() for label in self.labels)

    @property
    def counts_rows(self) -> bool:
        """Whether its column only numbers the rows."""
        return bool(POSITIONS & set(self.labels)) or "position" in self.concepts[:1]

    @classmethod
    def of(cls, text: str, left: float, right: float, lines: tuple[Line, ...], own: Collection[str]) -> "HeadCell":
        """Look up what `text` names; `own` are compact labels of the caller's schema."""
        labels = labels_of(text)
        found = tuple(dict.fromkeys(key for label in labels for key in concepts_of(label)))
        counts = bool(labels) and labels[0] in POSITIONS
        return cls(text, left, right, lines, labels, found, bool(found) or counts or any(x in own for x in labels))

    def with_next(self, other: "HeadCell") -> "HeadCell":
        """Both as one, where the rows show that a name was split."""
        text = join_texts([self.text, other.text])
        labels = tuple(dict.fromkeys((compact(text), *other.labels, *self.labels)))
        concepts = tuple(dict.fromkeys((*other.concepts, *self.concepts)))
        return HeadCell(text, self.left, other.right, self.lines, labels, concepts, known=True)


@dataclass(frozen=True, slots=True)
class Head:
    """The heads of a table, and the bands that print them."""

    cells: tuple[HeadCell, ...]
    first: int
    last: int

    @property
    def known(self) -> int:
        """How many of the columns have names that are known."""
        return sum(cell.known for cell in self.cells)

    @property
    def signature(self) -> tuple[str, ...]:
        """What is the same when the heads are printed again."""
        return tuple(cell.labels[0] if cell.labels else "" for cell in self.cells)


def head_at(bands: Sequence[Band], at: int, own: Collection[str]) -> Head | None:
    """The heads whose first row is band `at`, if that can be heads by its own look; the rows below must bear it out."""
    cells = _cells_of(bands[at], own)
    if cells is None:
        return None
    best = Head(tuple(cells), at, at)
    for last in (at + 1, at + 2):
        if last >= len(bands) or not _stands_close(bands[last - 1], bands[last]):
            break
        lower = _lower_of(bands[last], own)
        over = lower is not None and _stands_over_values(lower, bands, last)
        merged = _merge(best.cells, lower, own, second=over) if lower else None
        if merged is None:
            break
        best = Head(merged, at, last)
    return best if 2 <= len(best.cells) <= _MOST else None


def _stands_close(upper: Band, lower: Band) -> bool:
    return upper.page == lower.page and lower.top - upper.bottom < _CLOSE * min(upper.height, lower.height)


def _cells_of(band: Band, own: Collection[str]) -> list[HeadCell] | None:
    """The heads in a band; None if it holds a value."""
    if any(kind_of(cell.text, cell.style) in ("number", "date", "time") for cell in band.cells):
        return None
    cells: list[HeadCell] = []
    for cell in _rejoined(band.cells):
        if len(cell[0]) > _LONGEST + 20:
            return None
        cells += _heads_in(*cell, own)
    marked = sum(":" in cell.text or "：" in cell.text for cell in cells)
    if 2 * marked >= len(cells) or any(_is_value(cell, band.cells[0]) for cell in cells):
        return None
    return cells


def _is_value(cell: HeadCell, like: Cell) -> bool:
    if cell.known or is_units_only(cell.text):
        return False
    marked = any(char.isdigit() for char in cell.text) or cell.text.rstrip().endswith((":", "："))
    return marked or kind_of(cell.text, like.style) != "text" or len(cell.text) > _LONGEST


def _lower_of(band: Band, own: Collection[str]) -> list[HeadCell] | None:
    """The cells of what may be the second row of heads."""
    if all(is_units_only(cell.text) for cell in band.cells):
        return [_plain(cell) for cell in band.cells]
    return _cells_of(band, own)


def _plain(cell: Cell) -> HeadCell:
    return HeadCell(cell.text, cell.line.left, cell.line.right, (cell.line,), (), (), known=False)


def _stands_over_values(lower: Sequence[HeadCell], bands: Sequence[Band], last: int) -> bool:
    """Whether words, two or more, stand where the bands below have values: the second row of wrapped heads."""
    below = [band for band in bands[last + 1 : last + 4] if band.page == bands[last].page]
    values = [cell for band in below for cell in band.cells if kind_of(cell.text, cell.style) == "number"]
    over = [any(min(one.right, v.line.right) > max(one.left, v.line.left) for v in values) for one in lower]
    return len(lower) > 1 and 2 * sum(over) >= len(lower) and len(below) > 1


def _merge(
    upper: Sequence[HeadCell], lower: Sequence[HeadCell], own: Collection[str], *, second: bool
) -> tuple[HeadCell, ...] | None:
    """Both rows as one where the lower completes the upper: every cell of it is known, makes a name, or is a unit.

    `second` says that it stands over values in other bands, so that its words may be unknown.
    """
    merged = list(upper)
    good = 0
    title = len(upper) == 1 and len(lower) > 1  # rather than a head, unless it makes a name with one below
    if len(lower) > 2 and not any(_over(one, other) for one in upper for other in lower):
        return None  # heads beside a label of the page
    for cell in lower:
        over = [i for i, other in enumerate(merged) if _over(other, cell)]
        if len(over) > 1:
            return None
        if not over:
            if not cell.known or (title and merged == list(upper)):
                return None
            merged.append(cell)
            good += 1
            continue
        other = merged[over[0]]
        left, right = min(other.left, cell.left), max(other.right, cell.right)
        whole = HeadCell.of(join_texts([other.text, cell.text]), left, right, (*other.lines, *cell.lines), own)
        if title and cell.known and not set(whole.labels[:1]) & meanings().keys():
            return None  # `Parts` over `Description`
        parts = tuple(dict.fromkeys((*whole.labels, *other.labels, *cell.labels)))
        found = whole.concepts or other.concepts or cell.concepts
        names = _is_whole_name(whole) or (second and len(upper) >= len(lower))
        if cell.known and not names and not set(other.concepts) & set(cell.concepts):
            return None  # heads under a line of other words
        good += names or (other.known and cell.known) or is_units_only(cell.text)
        known = whole.known or other.known or cell.known
        merged[over[0]] = HeadCell(whole.text, left, right, whole.lines, parts, found, known)
    return tuple(sorted(merged, key=lambda cell: cell.left)) if good * 4 >= len(lower) * 3 else None


def _is_whole_name(cell: HeadCell) -> bool:
    return bool(cell.labels) and bool(concepts_of(cell.labels[0]))


def _over(upper: HeadCell, lower: HeadCell) -> bool:
    return min(upper.right, lower.right) - max(upper.left, lower.left) > 0


def _rejoined(cells: Sequence[Cell]) -> list[tuple[str, float, float, tuple[Line, ...]]]:
    """The cells of a band; two that stand closer than a blank and make a known name together are one."""
    joined: list[tuple[str, float, float, tuple[Line, ...]]] = []
    for cell in cells:
        text, line = cell.text.strip(), cell.line
        if joined and line.left - joined[-1][2] < 0.7 * line.height:
            together = join_texts([joined[-1][0], text])
            apart = compact(joined[-1][0]) in meanings() and compact(text) in meanings()
            if not apart and compact(together) in meanings():
                joined[-1] = (together, joined[-1][1], line.right, (*joined[-1][3], line))
                continue
        joined.append((text, line.left, line.right, (line,)))
    return joined


def _heads_in(text: str, left: float, right: float, lines: tuple[Line, ...], own: Collection[str]) -> list[HeadCell]:
    """The heads in one cell; the recogniser may have joined several."""
    whole = HeadCell.of(text, left, right, lines, own)
    words = text.split() if not is_cjk(text) or " " in text.strip() else list(text)
    apart = is_cjk(text) and len(words) == 2 and all(compact(word) in meanings() for word in words)
    if (whole.known and not apart) or not 2 <= len(words) <= 30:
        return [whole]
    parts = words if apart else _partition(words, own, glue="" if len(words) == len(text.strip()) else " ")
    if len(parts) < 2:
        return [whole]
    sizes = [len(part) for part in parts]
    step = (right - left) / max(1, sum(sizes) + len(parts) - 1)
    starts = [0, *accumulate(size + 1 for size in sizes)]
    return [
        HeadCell.of(part, left + step * start, left + step * (start + size), lines, own)
        for part, start, size in zip(parts, starts, sizes, strict=False)
    ]


def _partition(words: Sequence[str], own: Collection[str], *, glue: str) -> list[str]:
    """Split words into known names, the longest first; empty where some word is in none."""
    parts: list[str] = []
    at = 0
    longest = 8 if glue == "" else 4
    while at < len(words):
        ends = range(min(len(words), at + longest), at, -1)
        end = next((end for end in ends if _is_name(glue.join(words[at:end]), own, glue)), None)
        if end is None:
            return []
        parts.append(glue.join(words[at:end]))
        at = end
    return parts


def _is_name(text: str, own: Collection[str], glue: str) -> bool:
    label = compact(text)
    if len(label) < 2:
        return False
    return label in own or label in meanings() or (glue == " " and any(concepts_of(x) for x in labels_of(text)))
