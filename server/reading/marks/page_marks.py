"""The marks of a page: found in its pixels, chosen by its lines, and shown in them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median
from typing import Final

import cv2
import numpy as np

from server.media.pixels.tiling import upright
from server.reading.marks.boxes import find_boxes
from server.reading.marks.chosen import chosen
from server.reading.marks.hand.checklist import heads_of, with_ticks
from server.reading.marks.hand.choices import has_choice, joined_rows, with_choices, with_lost_bar
from server.reading.marks.hand.signatures import is_signature_label, with_signatures
from server.reading.marks.hand.strokes import Paper
from server.reading.marks.hand.word_ticks import asks_on_page, may_have_ticks, with_word_ticks
from server.reading.marks.levels import Levels, lines_with_marks
from server.reading.marks.places import Image
from server.reading.marks.signs import with_signs
from server.reading.marks.stated import with_stated, without_signs
from server.reading.marks.straight import Turn
from server.values.lines import Line, Lines, Mark
from server.values.pages import Pixels, Widget

_MOST_QUESTIONS: Final = 150  # rows of words to choose among; a page of more is a list


def drawn_on(pixels: Pixels, lines: Lines, widgets: Sequence[Widget] = ()) -> tuple[Mark, ...]:
    """Return what may be boxes on a page, (height, width, 3) in RGB, with `lines` or some of them.

    What the document states to be boxes, its `widgets`, takes the place of what was found there.
    """
    gray = _gray(pixels, lines)
    turn = Turn.of(gray, lines.slope)
    found = [replace(mark, box=turn.back(mark.box)) for mark in find_boxes(turn.page(gray))]
    return tuple(with_stated(found, widgets, gray, lines.quarter_turns))


def may_be_marked(lines: Lines) -> bool:
    """Whether there is print in `lines` that is there to be marked by hand."""
    rows = list(_rows(lines))
    return (
        any(has_choice(row) or heads_of(row) for row in rows)
        or may_have_ticks(rows)
        or any(is_signature_label(line.text) for line in lines.lines)
    )


def marked(lines: Lines, drawn: Sequence[Mark], pixels: Pixels) -> Lines:
    """Return a whole page with those of `drawn` that are boxes, and what is marked by hand, in its lines."""
    boxed = _with_boxes(lines, drawn)
    return _by_hand(boxed, pixels) if may_be_marked(boxed) else boxed


def _with_boxes(lines: Lines, drawn: Sequence[Mark]) -> Lines:
    levels = Levels(lines)
    boxes = chosen([mark for mark in drawn if not mark.stated], levels)
    stated = [mark for mark in drawn if mark.stated]
    if stated:
        lines = without_signs(lines, stated)
        levels = Levels(lines)
    places = lines_with_marks([*boxes, *stated], levels)
    if not places:
        return lines
    texts: list[Line] = []
    for row in _rows(lines):
        texts += with_signs(row, [one for line in row for one in places.get(id(line), ())])
    return replace(lines, lines=tuple(texts))


def _by_hand(lines: Lines, pixels: Pixels) -> Lines:
    gray = _gray(pixels, lines)
    turn = Turn.of(gray, lines.slope)
    level = [replace(line, box=turn.level(line.box)) for line in lines.lines]
    was = {id(one): line for one, line in zip(level, lines.lines, strict=True)}
    slope = 0.0 if turn.slope else lines.slope or 0.0
    found = _marked_by_hand(replace(lines, lines=tuple(level)), turn.page(gray), slope)
    return replace(lines, lines=tuple(was.get(id(line)) or _turned_back(line, turn) for line in found))


def _marked_by_hand(lines: Lines, gray: Image, slope: float) -> tuple[Line, ...]:
    height = median(line.height for line in lines.lines)
    rows = with_ticks(joined_rows(list(_rows(lines)), height), gray, height, slope)
    rows = with_word_ticks(rows, gray, height)
    choices = list(map(has_choice, rows))
    if 0 < sum(choices) <= _MOST_QUESTIONS:
        ways = [with_choices if choice else with_lost_bar for choice in choices]
        paper = Paper(gray, height, tuple(line for row in rows for line in row), asks_on_page(rows, height))
        rows = [way(row, paper) for way, row in zip(ways, rows, strict=True)]
    return with_signatures([line for row in rows for line in row], gray, height)


def _turned_back(line: Line, turn: Turn) -> Line:
    mark = line.mark and replace(line.mark, box=turn.back(line.mark.box))
    return replace(line, box=turn.back(line.box), mark=mark)


def _rows(lines: Lines) -> Iterator[tuple[Line, ...]]:
    return (tuple(row) for _, row in groupby(lines.lines, key=lambda line: (line.block, line.row)))


def _gray(pixels: Pixels, lines: Lines) -> Image:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.ascontiguousarray(upright(gray, lines.quarter_turns))  # type: ignore[arg-type]
