"""Judges an answer against the truth of a drawn document: each value is right, null, wrong or invented.

right: as expected, or as good; null: a value is printed, none came; wrong: another value came; invented: nothing is
printed, a value came. Numbers are compared to one part in a million, strings after NFKC without regard to case and
white space. Rows are matched in order by their most equal cells, so that a lost row is null and its followers are not
wrong; the empty cells of a lost row are not counted.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kinds_document import Document, Value

ROW = re.compile(r"([^\[\]]+)\[(\d+)\]\.?(.*)")
STEP = re.compile(r"[^.\[\]#]+")
EXACT, IN_PLACE = 1e-6, 0.01
Wanted = dict[int, dict[str, tuple[str, Value]]]


class Verdict(StrEnum):
    """What a value is."""

    RIGHT = "right"
    NULL = "null"
    WRONG = "wrong"
    INVENTED = "invented"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A value of the truth, what came for it, and the verdict."""

    path: str
    verdict: Verdict
    expected: Value
    got: Any


def judge(document: Document, answer: Any) -> Iterator[Judged]:
    """Judge all values of `document`."""
    rows = {name: _matched(document, wanted, at(answer, name)) for name, wanted in _rows(document).items()}
    for path, expected in document.expected.items():
        if match := ROW.fullmatch(path):
            row = rows[match[1]].get(int(match[2]))
            if row is not None:
                got = at(row, match[3])
                yield Judged(path=path, verdict=_verdict(document, path, got), expected=expected, got=got)
            elif expected is not None:
                yield Judged(path=path, verdict=Verdict.NULL, expected=expected, got=None)
        else:
            got = at(answer, path)
            yield Judged(path=path, verdict=_verdict(document, path, got), expected=expected, got=got)


def at(tree: Any, path: str) -> Any:
    """Return the value at "a.b", the length of the list at "a#"; None where there is nothing."""
    for name in STEP.findall(path):
        tree = tree.get(name) if isinstance(tree, dict) else None
    if path.endswith("#"):
        return len(tree) if isinstance(tree, list) else None
    return None if tree == "" else tree


def same(expected: Value, got: Any) -> bool:
    """Tell whether `got` is `expected`."""
    if expected is None or got is None or isinstance(got, dict | list):
        return expected is None and got is None
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, int | float):
        number = _number(got)
        return number is not None and abs(number - expected) <= EXACT * max(1.0, abs(expected))
    return _folded(expected) == _folded(got)


def _verdict(document: Document, path: str, got: Any) -> Verdict:
    if _right(document, path, got) or (got is None and path in document.either_null):
        return Verdict.RIGHT
    if document.expected[path] is None:
        return Verdict.INVENTED
    return Verdict.NULL if got is None else Verdict.WRONG


def _right(document: Document, path: str, got: Any) -> bool:
    return any(same(value, got) for value in (document.expected[path], *document.also.get(path, ())))


def _rows(document: Document) -> dict[str, Wanted]:
    lists: dict[str, Wanted] = defaultdict(dict)
    for path, value in document.expected.items():
        if match := ROW.fullmatch(path):
            lists[match[1]].setdefault(int(match[2]), {})[match[3]] = (path, value)
    return lists


def _matched(document: Document, wanted: Wanted, found: Any) -> dict[int, Any]:
    """Match the wanted rows with those found, in order, for the most equal cells."""
    found, order = found if isinstance(found, list) else [], sorted(wanted)
    score = [
        [_equal_cells(document, wanted[number], row) + IN_PLACE * (i == j) for j, row in enumerate(found)]
        for i, number in enumerate(order)
    ]
    best = [[0.0] * (len(found) + 1) for _ in range(len(order) + 1)]
    for i in reversed(range(len(order))):
        for j in reversed(range(len(found))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + score[i][j])
    matched, i, j = {}, 0, 0
    while i < len(order) and j < len(found):
        if score[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + score[i][j]:
            matched[order[i]] = found[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return matched


def _equal_cells(document: Document, cells: dict[str, tuple[str, Value]], row: Any) -> int:
    return sum(value is not None and _right(document, path, at(row, name)) for name, (path, value) in cells.items())


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _folded(value: Any) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
