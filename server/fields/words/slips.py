"""Labels that a recogniser may have misread: the known labels a slip or two away from a run of print."""

import re
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from server.fields.print.folding import is_cjk
from server.fields.print.memory import remembered
from server.fields.words.label_table import meanings

SHORTEST: Final = 5  # a shorter label must be read as it is: one other letter makes another word
CUTOFF: Final = 82.0  # one letter of six, two of twelve; of five one too many or too few
_TWIN: Final = 96.0  # likeness of what only looks the same
_KEPT: Final = 3  # letters at the start or at the end that are read well, but for these
_INCLUDED: Final = re.compile("in[ck]l")
_EXCLUDED: Final = re.compile("e(?:x|ks|s)[ck]l")
_ALIKE: Final = str.maketrans("l105", "iios")


@lru_cache(maxsize=1)
def _by_ends() -> dict[tuple[str, int], list[str]]:
    """The labels by their first and by their last letters, each with the length."""
    table: dict[tuple[str, int], list[str]] = {}
    for label in meanings():
        if len(label) >= SHORTEST and not is_cjk(label):
            for end in _ends(label):
                table.setdefault((end, len(label)), []).append(label)
    return table


@lru_cache(maxsize=1)
def _alike() -> dict[str, str]:
    """The labels by what is left of them where letters and digits that look alike are one."""
    table: dict[str, str] = {}
    for label in meanings():
        if len(label) >= _KEPT and not is_cjk(label):
            form = label.translate(_ALIKE)
            table[form] = "" if form in table else label
    return table


def _look_alike(span: str) -> str:
    """The one label that looks as `span` does: `tg1` is `tgl`; letters alone make another short word."""
    mixed = any(char.isdigit() for char in span) and 2 * sum(char.isalpha() for char in span) > len(span)
    return _alike().get(span.translate(_ALIKE), "") if mixed or len(span) >= SHORTEST else ""


def _ends(text: str) -> tuple[str, str]:
    return text[:_KEPT].translate(_ALIKE), "…" + text[-_KEPT:].translate(_ALIKE)


@remembered(16384)
def near_labels(span: str) -> tuple[tuple[str, float], ...]:
    """The labels that the compact text `span` may stand for, with their likeness of 0 to 100, the best first.

    Meant for a span that is no label itself: a different label, read correctly, is never a slip.
    """
    if len(span) < _KEPT or is_cjk(span):
        return ()
    if twin := _look_alike(span):
        return ((twin, _TWIN),)
    if len(span) < SHORTEST - 1:
        return ()
    table, size = _by_ends(), len(span)
    away = 2 if size >= 12 else 1
    buckets = (table.get((end, length)) for end in _ends(span) for length in range(size - away, size + away + 1))
    choices = list(dict.fromkeys(label for bucket in buckets if bucket for label in bucket))
    if not choices:
        return ()
    found = process.extract(span, choices, scorer=fuzz.ratio, score_cutoff=CUTOFF, limit=None)
    return tuple((label, score) for label, score, _ in found if not _opposite(span, label))


def _opposite(span: str, label: str) -> bool:
    """Whether one includes what the other excludes: `inclusief btw` is no slip of `exclusief btw`."""
    return bool(_INCLUDED.search(span)) != bool(_INCLUDED.search(label)) and bool(
        _EXCLUDED.search(span) or _EXCLUDED.search(label)
    )
