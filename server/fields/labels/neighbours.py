"""Neighbours of a label: the text behind it, to its right, or below it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.fields.labels.index import Hit, LabelIndex
from server.fields.labels.signed_lines import value_above
from server.fields.print.folding import compact, is_cjk
from server.fields.print.page_view import Cell
from server.fields.words.query import known_labels
from server.values.lines import Line

_SIGNS = ":：;；=#|"
_ASIDE = re.compile(r"^\s*(?![(（]\+?[\d\s]{1,6}[)）])[(（\[][^)）\]]{0,24}[)）\]]")
_LEAD = re.compile(r"^[\s:：;；=#.·…‥|,，\-_]+")
_LEADERS = re.compile(r"\s*(?:[.·_\-]\s?){3,}|\s*[…‥]")  # dots that lead from a label to its value
_TRANSLATED = re.compile(r"^\s*/\s*[^\W\d_]+(?:[ /]+[^\W\d_]+){0,3}\s*(?=[:：]|$)")
_BETWEEN = re.compile(r"[\s.·/|]*")
_OTHER_WORDS = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]+|[^\W\d_]+(?:[. ]{1,2}[^\W\d_]+){0,4}")
LONGEST_LABEL = 60
_FARTHEST_RIGHT = 15.0  # heights of print between a label without a sign and its value
_GROUPED = 0.5  # of that gap, at most, between two cells that go together
_FARTHEST_BELOW = 2.0  # heights of print between a label and the value in the place below it
_PAUSE = re.compile(r"[:：]")
_DASH = re.compile(r"[:：]\s+[-–—]{1,3}\s*$")
_DASHES = re.compile(r"\s*[-–—]{1,3}\s*")
COLON = re.compile(r"(?<!\d)[:：]|[:：](?!\d)")  # of a label, not of a time


@dataclass(frozen=True, slots=True)
class Found:
    """Text that belongs to a label. `cells` are its place; `place` is behind, right, below or above."""

    text: str
    cells: tuple[Cell, ...]
    hit: Hit
    place: str
    marked: bool


def value_behind(index: LabelIndex, hit: Hit) -> tuple[str, bool] | None:
    """The text behind the label in its own cell and whether a sign marks it; None if the label continues."""
    rest = _after_translation(index, hit, hit.cell.text[hit.end :])
    aside = _ASIDE.match(rest)
    if aside is not None:
        rest = rest[aside.end() :]
    stripped = rest.lstrip()
    sign, following = stripped[:1], stripped[1:2]
    marked = bool(sign) and (sign in _SIGNS or (sign in ".-" and following in (" ", ":", "：", "")))
    marked = marked or _LEADERS.match(rest) is not None
    value = _LEAD.sub("", rest) if marked else stripped.lstrip("._·")
    if not marked and _goes_on(value):
        return None
    return _cut_card(hit, index.cut(value)), marked or bool(aside)


def _after_translation(index: LabelIndex, hit: Hit, rest: str) -> str:
    """What follows the same label in another language: `Surname / Nom`, `Invoice No. 发票号码`, `Tarikh / Date 3.4`."""
    match = _TRANSLATED.match(rest)
    if match is not None:
        return rest[match.end() :]
    lead = _BETWEEN.match(rest)
    if lead is None:
        return rest
    words = _OTHER_WORDS.match(rest, lead.end())
    if words is None or not ("/" in lead[0] or is_cjk(words[0]) != is_cjk(hit.label)):
        return rest
    ends = [words.end(), *(words.start() + place for place, char in enumerate(words[0]) if char in " .")]
    known = (end for end in sorted(ends, reverse=True) if compact(rest[words.start() : end]) in index.vocabulary)
    return rest[next(known, 0) :]


def _cut_card(hit: Hit, value: str) -> str:
    """Cut a short value where the next label of a card runs on without a sign: `男民族汉` is `男`."""
    if not (is_cjk(hit.label) and is_cjk(value)):
        return value
    for start in range(1, 4):
        for size in range(6, 1, -1):
            concept = known_labels().get(value[start : start + size])
            if concept is not None and concept.key in ("sex", "nation", "nationality", "birth", "id_number"):
                return value[:start]
    return value


def _goes_on(value: str) -> bool:
    """Whether words and a colon follow, so that the label is longer than what was found: `Company Reg No: …`."""
    mark = _PAUSE.search(value[:40])
    if mark is None:
        return False
    words = value[: mark.start()].strip()
    return bool(words) and not any(char.isdigit() for char in words) and len(words.split()) <= 4


def is_alone(hit: Hit) -> bool:
    """Whether a label is all that its cell says, or begins it and is marked; dots may lead from it to the value."""
    rest = hit.cell.text[hit.end :].lstrip()
    return hit.start <= 1 and (rest[:1] in _SIGNS or not any(char.isalnum() for char in rest))


def values_near(index: LabelIndex, hit: Hit) -> Iterator[Found]:
    """Yield the texts that may belong to a label, the most likely first."""
    behind = value_behind(index, hit)
    if behind is None:
        return
    text, marked = behind
    if any(char.isalnum() for char in text):
        yield Found(text, (hit.cell,), hit, "behind", marked)
        return
    if marked and _is_left_empty(index, hit):
        return
    before = hit.cell.text[: hit.start]
    if hit.start > 2 and not marked and any(char.isalpha() for char in before):
        return  # the last word of another text; `19% VAT` is a label
    above = value_above(index.view, hit.cell) if not marked and hit.start <= 1 else None
    if above is not None:
        if not index.is_label(above) and not COLON.search(above.text):
            yield Found(above.text, (above,), hit, "above", marked)
        return
    if marked or not _heads_column(index, hit.cell):
        yield from _right(index, hit, marked=marked)
    yield from _below(index, hit, marked=marked)


def _is_left_empty(index: LabelIndex, hit: Hit) -> bool:
    """Whether a dash fills the place of a value: `Lampiran : -`; `Total:-` marks the label alone."""
    beside = next(iter(index.view.right_of(hit.cell)), None)
    return bool(_DASH.search(hit.cell.text[hit.end :])) or (beside is not None and bool(_DASHES.fullmatch(beside.text)))


def _right(index: LabelIndex, hit: Hit, *, marked: bool) -> Iterator[Found]:
    """The text in the nearest cell to the right that is no label."""
    beside = index.view.right_of(hit.cell)
    for cell in beside if marked or not _is_far(hit.cell, beside) else ():
        known = index.is_label(cell) or index.is_own(cell)
        if (known and not _ends_row(hit, cell, beside)) or _has_own_label(index, cell):
            return
        if any(char.isalnum() for char in cell.text):
            text = index.cut(_LEAD.sub("", cell.text))
            if text:
                yield Found(text, (cell,), hit, "right", marked or cell.text.lstrip()[:1] in _SIGNS)
            return


def _is_far(label: Cell, beside: list[Cell]) -> bool:
    """Whether the next cell is far from a label that no sign leads from, and goes with the one behind it.

    Then it stands on the page's other side; alone there, it is the label's.
    """
    if not beside:
        return False
    gap = beside[0].line.left - label.line.right
    behind = beside[1].line.left - beside[0].line.right if len(beside) > 1 else gap
    return gap > _FARTHEST_RIGHT * label.line.height and behind < _GROUPED * gap


def _stands_under(label: Line, value: Line) -> bool:
    """Whether a value stands in the place below its label: close, and within its width or about its middle."""
    height = max(label.height, value.height)
    middles = (value.left + value.right - label.left - label.right) / 2
    aligned = value.left - label.left > -height or abs(middles) < height
    return aligned and value.top - label.bottom < _FARTHEST_BELOW * height


def _ends_row(hit: Hit, cell: Cell, beside: list[Cell]) -> bool:
    """Whether a known word is all that follows a label and its colon, so that it is the value: `Method: | Visa`."""
    marked = hit.cell.text[hit.end :].lstrip()[:1] in (":", "：")
    return marked and len(beside) == 1 and not cell.text.rstrip().endswith((":", "："))


def _has_own_label(index: LabelIndex, cell: Cell) -> bool:
    """Whether a cell says what its own value is: `Order no: 4711`."""
    words = COLON.split(cell.text[:LONGEST_LABEL], maxsplit=1)
    return len(words) > 1 and bool(words[1].strip()) and compact(words[0]) in index.vocabulary


def _heads_column(index: LabelIndex, cell: Cell) -> bool:
    """Whether `cell` is one of a row of labels with their values in the row below, each under its label."""
    view = index.view
    row, lower = view.rows[cell.row], next(iter(view.rows[cell.row + 1 : cell.row + 2]), [])
    if len(row) < 2 or not lower or any(index.is_label(other) or COLON.search(other.text[:24]) for other in lower):
        return False
    under = {id(other): any(True for _ in view.below(other, rows=1)) for other in row}
    labels = [index.is_label(other) for other in row]
    place = row.index(cell)
    if place and labels[place - 1]:  # with its own value to the right, the label before would have none
        return under[id(cell)] and all(under[id(other)] for other in row[place + 1 : place + 2])
    return len(row) % 2 == 1 and len(lower) == len(row) > 1 and all(under.values())


def _below(index: LabelIndex, hit: Hit, *, marked: bool) -> Iterator[Found]:
    for cell in index.view.below(hit.cell):
        if index.is_label(cell) or index.is_own(cell) or not _stands_under(hit.cell.line, cell.line):
            return
        text = index.cut(_LEAD.sub("", cell.text))
        if any(char.isalnum() for char in text) and not COLON.search(text[:24]):
            yield Found(text, (cell,), hit, "below", marked)
            return
