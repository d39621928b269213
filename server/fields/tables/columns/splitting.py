"""Splits heads that the recogniser joined, where the rows below them show more columns."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Final

from server.fields.print.folding import compact
from server.fields.print.page_view import Cell
from server.fields.tables.bands import Band
from server.fields.tables.cell_kinds import kind_of
from server.fields.tables.heads import Head, HeadCell
from server.fields.words.label_table import meanings

Range = tuple[float, float]

_ROWS: Final = 30  # bands below that may show columns
_MOST_PARTS: Final = 4
_GLUED: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z][^\W\d_A-Z])")  # DescriptionAmount
_OVER: Final = 0.3  # heights that a cell stands under a head


def split_joined(head: Head, below: Sequence[Band], own: Collection[str]) -> Head:
    """`head` with the cells cut that stand over several columns of the bands `below`."""
    cells = [part for at in range(len(head.cells)) for part in _parts(head.cells, at, below, own)]
    return head if len(cells) == len(head.cells) else replace(head, cells=tuple(cells))


def _parts(heads: Sequence[HeadCell], at: int, below: Sequence[Band], own: Collection[str]) -> Sequence[HeadCell]:
    head = heads[at]
    words = list(_words(head.text))
    shared = any(other.lines == head.lines for other in heads if other is not head)
    if len(words) < 2 or compact(head.text) in meanings() or shared:
        return [head]
    columns = _columns(_rows_under(heads, at, below))
    if not 2 <= len(columns) <= min(_MOST_PARTS, len(words)):
        return [head]
    step = (head.right - head.left) / max(1, len(head.text))
    made: list[HeadCell] = []
    for first, last in pairwise(_cuts(head, words, columns)):
        start, end = words[first][0], words[last - 1][1]
        left, right = head.left + step * start, head.left + step * end
        made.append(HeadCell.of(head.text[start:end], left, right, head.lines, own))
    return made


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a head begin and end; two that run into each other are two."""
    for match in re.finditer(r"\S+", text):
        edges = [match.start(), *(match.start() + cut.start() for cut in _GLUED.finditer(match[0])), match.end()]
        yield from pairwise(edges)


def _rows_under(heads: Sequence[HeadCell], at: int, below: Sequence[Band]) -> list[list[Range]]:
    """The cells of each band that stand under one head, and under no other one."""
    rows: list[list[Range]] = []
    for band in below[:_ROWS]:
        under = [cell for cell in band.cells if _stands_under(heads[at], cell) and _says(cell)]
        if any(_stands_under(other, cell) for cell in under for other in heads if other is not heads[at]):
            continue
        if under:
            rows.append([(cell.line.left, cell.line.right) for cell in under])
    return rows


def _stands_under(head: HeadCell, cell: Cell) -> bool:
    return min(head.right, cell.line.right) - max(head.left, cell.line.left) > _OVER * cell.line.height


def _says(cell: Cell) -> bool:
    """Whether a cell is more than a sign: a currency apart from its number is no column."""
    return kind_of(cell.text, cell.style) != "blank" and len(cell.text.strip(" .")) > 0


def _columns(rows: Sequence[Sequence[Range]]) -> list[Range]:
    """The columns that most rows fill; empty where they do not agree."""
    wide = [row for row in rows if len(row) > 1]
    if len(wide) < 2 or 2 * len(wide) < len(rows):
        return []
    merged: list[Range] = []
    for left, right in sorted(one for row in wide for one in row):
        if merged and left <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], right))
        else:
            merged.append((left, right))
    filled = [sum(any(left <= one[0] <= right for one in row) for row in wide) for left, right in merged]
    return merged if all(10 * count >= 6 * len(wide) for count in filled) else []


def _cuts(head: HeadCell, words: Sequence[tuple[int, int]], columns: Sequence[Range]) -> Sequence[int]:
    """The first word over each column, and the end: so that words stand nearest to their columns."""
    step = (head.right - head.left) / max(1, len(head.text))

    def off(cuts: Sequence[int]) -> float:
        return sum(
            abs(head.left + step * (words[a][0] + words[b - 1][1]) / 2 - sum(column) / 2)
            for (a, b), column in zip(pairwise(cuts), columns, strict=True)
        )

    inner = combinations(range(1, len(words)), len(columns) - 1)
    return min(((0, *cuts, len(words)) for cuts in inner), key=off)
