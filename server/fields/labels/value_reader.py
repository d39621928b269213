"""Parses the value near a label: typed, joined over cells, continued over lines."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

from server.fields.addresses.spans import first_address
from server.fields.labels.continued import wrapped_lines
from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.neighbours import Found, value_behind
from server.fields.print.dates import find_dates
from server.fields.print.folding import is_cjk, join_lines, join_texts
from server.fields.print.page_view import Candidate, Cell
from server.fields.print.parsing import amount_in, as_boolean, counts_of, printed_value, whole_number

_WORD = re.compile(r"[^\W\d_]{4,}(?=\s|$)")
# A code in a few groups of capitals, digits and characters: AB12 CDE, 14 C 221/24, 2階 F列 21番, 品川 300 あ 12-34.
_CODE_RUN = re.compile(
    r"(?=.{0,20}\d)[\dA-Z\u3040-\u30ff\u4e00-\u9fff-]{1,8}"
    r"(?: (?:[\dA-Z\u3040-\u30ff\u4e00-\u9fff-]{1,5}|\d{1,6}/\d{2,4}|\d{6}(?= [A-Z] \d))){1,4}"
)
_EXACT = 100.0
_SHORTEST = 3  # letters and digits of a code behind a label that was read with a slip
_PERCENT = re.compile(r"\s?[%％‰]")
_REACH = re.compile(r"@|www\.|https?:")


class ValueReader:
    """Reads values of one page view."""

    def __init__(self, index: LabelIndex) -> None:
        self.index = index
        self.view = index.view

    def read(self, found: Found, kind: str) -> Candidate | None:
        """The value of `kind` (`labels.Kind`, datetime or boolean) in `found`, or None."""
        reader = self._READERS.get(kind)
        return (
            reader(self, found)
            if reader
            else _made(printed_value(kind, found.text, self.view.style), found.hit, found.cells)
        )

    def _joined(self, found: Found, *, kind: str) -> Candidate | None:
        """The value with the cells close to the right, which the recogniser parted from it."""
        text, cells = self._join_right(found)
        return _made(printed_value(kind, text), found.hit, cells)

    def _text(self, found: Found) -> Candidate | None:
        """A text, up to the end of its last line."""
        text, cells = self._join_right(found)
        more = wrapped_lines(self.index, cells[-1], found.hit.cell) if len(cells) == 1 else []
        whole = join_lines([text, *(cell.text for cell in more)])
        return _made(printed_value("text", whole), found.hit, (*cells, *more))

    def _code(self, found: Found) -> Candidate | None:
        """A code; print beside a label that goes on in words, such as an address, is none."""
        text, cells = self._join_right(found)
        printed = text.strip() if _CODE_RUN.fullmatch(text.strip()) else printed_value("code", text)
        if printed is not None and found.hit.score < _EXACT and sum(map(str.isalnum, printed)) < _SHORTEST:
            return None  # a word that is like a label: Factur-X 1.0
        if printed is not None and found.place != "behind":
            rest = text.replace(printed, " ", 1)
            if _WORD.search(rest) or _WORD.match(printed):
                return None
        return _made(printed, found.hit, cells)

    def _number(self, found: Found) -> Candidate | None:
        printed = printed_value("number", found.text, self.view.style)
        share = _PERCENT.match(found.text, found.text.find(printed) + len(printed)) if printed else None
        return _made(printed and printed + (share[0] if share else ""), found.hit, self._join_right(found)[1])

    def _quantity(self, found: Found) -> Candidate | None:
        """A number that is all its cell says but for a unit: `630 kg`, `36个月`, `1,200`; not one among other words."""
        known = counts_of(found.text) or whole_number(found.text, self.view.style) is not None
        return _made(found.text.strip(), found.hit, found.cells) if known else None

    def _name(self, found: Found) -> Candidate | None:
        printed, cells = printed_value("name", found.text), found.cells
        if printed is None and found.place == "behind":  # noise between a label and its value
            beside = self.view.right_of(found.hit.cell)
            printed = printed_value("name", beside[0].text) if beside and not self.index.is_label(beside[0]) else None
            cells = (beside[0],) if beside else cells
        return _made(printed, found.hit, cells)

    def _join_right(self, found: Found) -> tuple[str, tuple[Cell, ...]]:
        cells = list(found.cells)
        texts = [found.text]
        for cell in self.view.right_of(cells[-1]):
            gap = cell.line.left - cells[-1].line.right
            if gap > 0.9 * cell.line.height or self.index.is_label(cell) or value_is_label(self.index, cell):
                break
            texts.append(cell.text)
            cells.append(cell)
        return join_texts(texts), tuple(cells)

    def box_before(self, hit: Hit) -> Candidate | None:
        """The box, ticked or not, that stands before a label: `☑ Newsletter`, `[ ] Newsletter`."""
        before = hit.cell.text[: hit.start].strip()
        boxed = bool(before) and not any(char.isalnum() for char in before.strip("[](xXvV"))
        return _made(before, hit, (hit.cell,)) if boxed and as_boolean(before) is not None else None

    def _boolean(self, found: Found) -> Candidate | None:
        """What stands behind the label up to the next one."""
        cells = list(found.cells)
        for cell in self.view.right_of(cells[-1]):
            if self.index.is_label(cell) and as_boolean(cell.text) is None:
                break
            cells.append(cell)
        text = " ".join([found.text, *(cell.text for cell in cells[len(found.cells) :])])
        return _made(text, found.hit, tuple(cells))

    def _date(self, found: Found, *, kind: str) -> Candidate | None:
        """The date in the cells from the label on: a card prints year, month and day apart."""
        text, cells = found.text, list(found.cells)
        best = printed_value(kind, text), tuple(cells)
        for cell in self.view.right_of(cells[-1]):
            whole = best[0] is not None and _is_whole(best[0]) and (kind == "date" or ":" in best[0])
            if whole and cell.text.strip() not in ("日", "号"):
                break
            if best[0] is None and any(map(str.isdigit, text)) and find_dates(cell.text):
                break  # what stands at the label is no date that is known, and the next cell is a date of its own
            text = f"{text} {cell.text}"
            cells.append(cell)
            printed = printed_value(kind, text)
            if printed is not None and printed != best[0]:
                best = printed, tuple(cells)
        return _made(best[0], found.hit, best[1])

    def _amount(self, found: Found) -> Candidate | None:
        """The sum nearest to the right of the label that is not a percentage; a table row's last sum counts."""
        cells = [*found.cells]
        if found.place != "below":
            cells += self.view.right_of(found.cells[-1])
        for position, cell in enumerate(cells):
            text = found.text if position == 0 else cell.text
            number = amount_in(text, self.view.style)
            if number is not None:
                return _made(text[number.start : number.end].strip(), found.hit, (cell,))
            if position and self.index.is_label(cell):
                return None
        return None

    def _address(self, found: Found) -> Candidate | None:
        """The address with the lines below that go on with it, aligned with its start or its label."""
        first = found.cells[0]
        cells = [first]
        texts = [found.text]
        left = first.line.left if found.place != "behind" else None
        bottom, height = first.line.bottom, first.line.height
        for row in self.view.rows[first.row + 1 : first.row + 5]:
            nearest = [cell for cell in row if self._goes_on(cell, first, left, bottom, height)]
            if not nearest or (found.place == "right" and _stands_under(found.hit.cell, row)):
                break
            cells.append(nearest[0])
            texts.append(nearest[0].text)
            left, bottom = nearest[0].line.left, nearest[0].line.bottom
        size = first_address(texts)
        text = join_texts(texts[:size])
        return _made(printed_value("address", text), found.hit, tuple(cells[:size]))

    def _goes_on(self, cell: Cell, first: Cell, left: float | None, bottom: float, height: float) -> bool:
        line = cell.line
        if cell.page != first.page or line.top - bottom > 1.1 * height:
            return False
        text = cell.text
        if self.index.is_label(cell) or ":" in text[:20] or "：" in text[:20] or value_is_label(self.index, cell):
            return False
        if not 0.7 < line.height / max(height, 1.0) < 1.45 or find_dates(text) or _REACH.search(text):
            return False
        if text.lstrip()[:1] == "+" and printed_value("phone", text):
            return False
        if left is None:  # the label and the value share a line, so only the line's extent is known
            return first.line.left - height <= line.left < first.line.right
        return abs(line.left - left) < 1.2 * height

    _READERS: ClassVar[Mapping[str, Callable[["ValueReader", Found], Candidate | None]]] = {
        "date": partial(_date, kind="date"),
        "datetime": partial(_date, kind="datetime"),
        "amount": _amount,
        "address": _address,
        "boolean": _boolean,
        "text": _text,
        "value": _text,
        "plate": partial(_joined, kind="plate"),
        "code": _code,
        "company": partial(_joined, kind="company"),
        "number": _number,
        "quantity": _quantity,
        "name": _name,
    }


def _stands_under(label: Cell, row: list[Cell]) -> bool:
    """Whether `row` begins below `label`, at its left edge: the next label of a form, known or not."""
    return bool(row) and abs(row[0].line.left - label.line.left) < 1.2 * label.line.height


def value_is_label(index: LabelIndex, cell: Cell) -> bool:
    """Whether `cell` begins with a label and has its own value behind: `民族汉`, `Date: 1/2/2018`."""
    hits = [hit for hit in index.find_all(_beginnings(index, cell)) if hit.cell is cell and hit.start <= 1]
    return any((behind := value_behind(index, hit)) is not None and (is_cjk(hit.label) or behind[1]) for hit in hits)


def _beginnings(index: LabelIndex, cell: Cell) -> list[str]:
    text = cell.folded.compact
    return [text[:size] for size in range(2, min(len(text), 24) + 1) if text[:size] in index.vocabulary]


def _is_whole(printed: str) -> bool:
    """Whether a printed date names a day, not only a month."""
    return any(printed_date.third is not None or printed_date.first is not None for printed_date in find_dates(printed))


def _made(printed: str | None, hit: Hit, cells: tuple[Cell, ...]) -> Candidate | None:
    if not printed:
        return None
    lines = tuple(dict.fromkeys((hit.cell.line, *(cell.line for cell in cells))))
    return Candidate(printed, lines, hit.score / 100, label_end=hit.end)
