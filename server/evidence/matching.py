"""Matches a value against printed text: numbers as numbers, dates as dates, text by approximate matching.

Threat: a model that returns values that the page does not show. So digits must match exactly, words do not match parts
of words, and letters may differ only as recognisers confuse them, or one in twelve.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby

from rapidfuzz import fuzz
from rapidfuzz.distance import Editop, Levenshtein

from server.evidence.spans import PrintedPage, Span
from server.fields.print.currencies import signs_of
from server.fields.print.dates import Era, PrintedDate, find_dates
from server.fields.print.folding import compact, fold
from server.fields.print.number_style import UNKNOWN
from server.fields.print.numbers import find_numbers
from server.values.lines import Line

_ALIKE = str.maketrans("oilsbzq", "0115829")  # letters and digits that recognisers confuse
_LETTERS_AN_EDIT = 12
_FUZZY_FROM = 8
_LONGEST = 2_000
_PIECE = re.compile(r"[\n,;，；、|]+")
_SHORTEST_PIECE = 2
_BETWEEN_CELLS = " "
_BARE_NUMBER = re.compile(r"[^\w]*\d[\d.,' ]*[^\w]*")


@dataclass(frozen=True, slots=True)
class Match:
    """The place of a value, and how well the print agrees with it (0 to 1)."""

    spans: tuple[Span, ...]
    quality: float


def find_number(value: float, pages: Sequence[PrintedPage]) -> list[Match]:
    """Every place where a number with this value is printed; `6%` matches 6 and 0.06."""
    try:
        wanted = Decimal(str(value))
    except InvalidOperation:
        return []
    found = []
    for page in pages:
        for line in page:
            for printed in find_numbers(line.text, page.style):
                amount = printed.value()
                if amount is None:
                    continue
                span = Span(page.number, line, printed.start, printed.end)
                if amount == wanted or (printed.parts and amount == wanted * printed.parts):
                    found.append(Match((span,), 1.0))
                elif amount == -wanted:
                    found.append(Match((span,), 0.8))
    return found or _loose_digits(str(value), pages) if isinstance(value, int) else found


def _loose_digits(digits: str, pages: Sequence[PrintedPage]) -> list[Match]:
    """A whole number within a code or a date: a run of exactly these digits."""
    run = re.compile(rf"(?<!\d)(?<!\d[.,:]){re.escape(digits)}(?!\d)(?![.,:]\d)")
    return [
        Match((Span(page.number, line, match.start(), match.end()),), 0.7)
        for page in pages
        for line in page
        for match in run.finditer(fold(line.text))
    ]


def find_text(value: str, pages: Sequence[PrintedPage]) -> list[Match]:
    """Every place where `value` is printed, by the best kind of match that occurs."""
    value = value[:_LONGEST]
    if day := _day_of(value):
        return [match for page in pages for match in _same_day(day, page)]
    style = pages[0].style if pages else UNKNOWN
    if _BARE_NUMBER.fullmatch(fold(value)) and (alone := find_numbers(value, style)) and len(alone) == 1:
        amount = alone[0].value()
        if amount is not None and amount != amount.to_integral_value():  # 1.45 is no part of 1,45,678.08
            return find_number(float(amount), pages)
    wanted = compact(value)
    if not wanted:
        return _signs(value.strip(), pages)
    matches = [match for page in pages for match in _exact(wanted, page)]
    matches = matches or [match for page in pages for match in _alike(wanted, page)]
    matches = matches or [match for page in pages if (match := _fuzzy(wanted, page))]
    return matches or _in_pieces(value, pages) or _signs(value.strip().upper(), pages)


def _day_of(value: str) -> set[str]:
    """The days that `value` may name, if it is a date and nothing else."""
    dates = find_dates(value, run_together=True)
    if len(dates) != 1 or compact(value[: dates[0].start] + value[dates[0].end :]):
        return set()
    return _days(dates[0])


def _days(printed: PrintedDate) -> set[str]:
    eras: tuple[Era | None, ...] = (None, "past", "future")  # the century of a year of two digits is open
    calendars = (printed.calendar(month_first=first, era=era) for first in (False, True) for era in eras)
    return {day.isoformat() for day in calendars if day}


def _same_day(days: set[str], page: PrintedPage) -> Iterator[Match]:
    """Places in a row that name one of `days`; a detector may have split a date into two boxes."""
    for _, row in groupby(page, key=lambda line: (line.block, line.row)):
        cells = tuple(row)
        for printed in find_dates(_BETWEEN_CELLS.join(cell.text for cell in cells), run_together=True):
            if days & _days(printed):
                yield Match(_spans_of_row(page.number, cells, printed.start, printed.end), 1.0)


def _spans_of_row(page: int, cells: Sequence[Line], start: int, end: int) -> tuple[Span, ...]:
    """The pieces of `cells` that are characters `start` to `end` of their joined text."""
    spans, at = [], 0
    for cell in cells:
        here, there = max(0, start - at), min(len(cell.text), end - at)
        if here < there:
            spans.append(Span(page, cell, here, there))
        at += len(cell.text) + len(_BETWEEN_CELLS)
    return tuple(spans)


def _exact(wanted: str, page: PrintedPage) -> Iterator[Match]:
    at = page.compact.find(wanted)
    while at >= 0:
        if page.is_whole(at, at + len(wanted)):
            yield Match(page.spans(at, at + len(wanted)), 1.0)
        at = page.compact.find(wanted, at + 1)


def _alike(wanted: str, page: PrintedPage) -> Iterator[Match]:
    """Places that differ only in letters and digits that look alike; a digit never matches another digit."""
    if len(wanted) < 3:
        return
    print_, value = page.compact.translate(_ALIKE), wanted.translate(_ALIKE)
    at = print_.find(value)
    while at >= 0:
        here = page.compact[at : at + len(wanted)]
        changed = [(a, b) for a, b in zip(here, wanted, strict=True) if a != b]
        if page.is_whole(at, at + len(wanted)) and not any(a.isdigit() and b.isdigit() for a, b in changed):
            yield Match(page.spans(at, at + len(wanted)), 1.0 - 0.5 * len(changed) / len(wanted))
        at = print_.find(value, at + 1)


def _fuzzy(wanted: str, page: PrintedPage) -> Match | None:
    """The closest place, if it differs in few letters and in no digit."""
    most = len(wanted) // _LETTERS_AN_EDIT
    if len(wanted) < _FUZZY_FROM or not most:
        return None
    near = fuzz.partial_ratio_alignment(wanted, page.compact, score_cutoff=100 * (1 - 2 * most / len(wanted)))
    if near is None or near.dest_end <= near.dest_start:
        return None
    start, end = _at_words(page, near.dest_start, near.dest_end)
    here = page.compact[start:end]
    edits = Levenshtein.editops(wanted, here)
    if len(edits) > most or any(_touches_digit(edit, wanted, here) for edit in edits):
        return None
    return Match(page.spans(start, end), 1.0 - 2 * len(edits) / len(wanted))


def _at_words(page: PrintedPage, start: int, end: int) -> tuple[int, int]:
    """Move the ends of a span to the nearest word boundaries, at most two characters away."""
    for away in (0, 1, -1, 2, -2):
        if start + away in page.words:
            start += away
            break
    for away in (0, -1, 1, -2, 2):
        if end + away in page.words and end + away > start:
            return start, end + away
    return start, end


def _touches_digit(edit: Editop, wanted: str, here: str) -> bool:
    tag, source, dest = edit.tag, edit.src_pos, edit.dest_pos
    before = wanted[source : source + 1] if tag != "insert" else ""
    after = here[dest : dest + 1] if tag != "delete" else ""
    if tag == "replace" and before.translate(_ALIKE) == after.translate(_ALIKE) and not (before + after).isdigit():
        return False
    return before.isdigit() or after.isdigit()


def _in_pieces(value: str, pages: Sequence[PrintedPage]) -> list[Match]:
    """A value of several lines or parts, each of which is printed somewhere on one page."""
    pieces = [piece for piece in _PIECE.split(value) if len(compact(piece)) >= _SHORTEST_PIECE]
    if len(pieces) < 2:
        return []
    for page in pages:
        found = [
            next(iter([*_exact(piece, page)] or [*_alike(piece, page)]), None) or _fuzzy(piece, page)
            for piece in map(compact, pieces)
        ]
        if all(found):
            whole = [match for match in found if match]
            return [Match(tuple(s for m in whole for s in m.spans), 0.95 * min(match.quality for match in whole))]
    return []


def _signs(value: str, pages: Sequence[PrintedPage]) -> list[Match]:
    """A value of symbols only, or a currency code whose symbol is printed."""
    wanted = signs_of(value) or ((value,) if value and not compact(value) else ())
    return [
        Match((Span(page.number, line, at, at + len(sign)),), 0.9)
        for sign in wanted
        for page in pages
        for line in page
        if (at := line.text.find(sign)) >= 0
    ]
