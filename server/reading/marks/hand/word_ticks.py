"""Ticks beside words that have neither a box nor a column: `Smoker:  Yes ✓  No`, a list of which some are ticked.

A tick is a pen's stroke in the paper between words, or a sign that the recogniser read. Words to choose among stand
apart behind a question, or below a line that asks to tick some of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Final

from server.fields.words.ticking import asks_to_tick
from server.reading.marks.hand.alternatives import places_of
from server.reading.marks.hand.checklist import stroke_in
from server.reading.marks.hand.offered_words import QUESTION, Row, Tick, Word, is_sign, question_end, signs_in, words_of
from server.reading.marks.places import Image
from server.values.lines import Line, Mark, part_of

_MOST_ROWS: Final = 60  # of a page
_MOST_ITEMS: Final = 30  # of one list

# Lengths in heights of a line.
_AROUND: Final = 2.5  # how far from its words a tick stands
_FROM_PRINT: Final = 0.12
_ABOVE: Final = 0.85  # the middle of a tick: its long stroke rises
_BELOW: Final = 0.55
_SAME_LEVEL: Final = 0.6
_FARTHEST: Final = 2.0  # from one item of a list to the next
_CLEARLY: Final = 0.7  # of the distance to the word at its other side


@dataclass(frozen=True, slots=True)
class _Choice:
    """A row of words to choose among: what stands before them, the words, and where ticks stand between and beside."""

    question: tuple[Line, ...]
    words: tuple[Word, ...]
    ticks: tuple[Tick, ...]


def may_have_ticks(rows: Sequence[Row]) -> bool:
    """Whether there are words on a page that are printed to be ticked."""
    return any(row_asks(row) or len(words_of(row)[1]) > 1 for row in rows)


def with_word_ticks(rows: Sequence[Row], gray: Image, height: float) -> list[Row]:
    """Return the rows of a page with a mark on each of the words of which some are ticked; print is `height` high."""
    rows = _with_their_signs(rows, height)
    found = list(rows)
    lists = [place for start, row in enumerate(rows) if row_asks(row) for place in _items(rows, start, height)]
    offers = [place for place, row in enumerate(rows) if place not in lists and len(words_of(row)[1]) > 1]
    choices = {place: _choice(rows[place], gray, height) for place in sorted((*lists, *offers))[:_MOST_ROWS]}
    before = _stand_before(list(choices.values()))
    for place, choice in choices.items():
        in_list = place in lists
        if choice.ticks or (in_list and any(choices[one].ticks for one in lists if one in choices)):
            found[place] = _marked(choice, before)
    return found


def row_asks(row: Row) -> bool:
    """Return whether a row says to tick or cross some of what stands below it, or on its page."""
    return asks_to_tick(" ".join(line.text for line in row))


def asks_on_page(rows: Sequence[Row], height: float) -> bool:
    """Return whether a page says to tick or cross what is meant; what heads a list holds for that list alone."""
    return any(row_asks(row) and not _heads_list(rows, place, height) for place, row in enumerate(rows))


def _heads_list(rows: Sequence[Row], place: int, height: float) -> bool:
    below = rows[place + 1 : place + 2]
    return any(line.mark for row in below for line in row) or bool(_items(rows, place, height))


def _with_their_signs(rows: Sequence[Row], height: float) -> list[Row]:
    """Rows of which those that are nothing but a tick belong to the row at whose level it is."""
    found = list(rows)
    for place, row in enumerate(rows):
        if len(row) == 1 and row[0].mark is None and is_sign(row[0]):
            level = row[0].top + row[0].bottom
            near = [
                (abs(level - other[0].top - other[0].bottom) / 2, at)
                for at, other in enumerate(found)
                if abs(at - place) == 1 and other
            ]
            apart, at = min(near, default=(height, place))
            if apart <= _SAME_LEVEL * height:
                moved = replace(row[0], row=found[at][0].row, block=found[at][0].block)
                found[at] = tuple(sorted((*found[at], moved), key=lambda line: line.left))
                found[place] = ()
    return [row for row in found if row]


def _items(rows: Sequence[Row], start: int, height: float) -> list[int]:
    """The rows of the list below a line that asks to tick; none where other marks are among them."""
    above = rows[start]
    found: list[int] = []
    for place in range(start + 1, min(len(rows), start + 1 + _MOST_ITEMS)):
        row = rows[place]
        near = min(line.top for line in row) - max(line.bottom for line in above) <= _FARTHEST * height
        _, words = words_of(row, in_list=True)
        if near and any(line.mark for line in row):
            return []
        if not near or not words:
            break
        found.append(place)
        above = row
    return found


def _choice(row: Row, gray: Image, height: float) -> _Choice:
    question, words = words_of(row) if len(words_of(row)[1]) else words_of(row, in_list=True)
    ticks = [tick for line in row for tick in signs_in(line)]
    edge = max(map(question_end, question), default=words[0].left - _AROUND * height)
    ends = [max(edge, words[0].left - _AROUND * height), *(word.right for word in words)]
    starts = [*(word.left for word in words), words[-1].right + _AROUND * height]
    level = mean((word.line.top + word.line.bottom) / 2 for word in words)
    for end, start in zip(ends, starts, strict=True):
        left, right = end + _FROM_PRINT * height, start - _FROM_PRINT * height
        if right - left < 0.5 * height or any(left <= (one.left + one.right) / 2 <= right for one in ticks):
            continue
        box = stroke_in(gray, (left, level - _ABOVE * height, right, level + _BELOW * height), height, alone=True)
        if box is not None:
            ticks.append(Tick(box[0], box[2]))
    return _Choice(tuple(question), tuple(words), tuple(sorted(ticks)))


def _stand_before(choices: Sequence[_Choice]) -> bool | None:
    """Whether ticks stand before their words, by those that show it; None where they show both or nothing."""
    shown = {side for choice in choices for tick in choice.ticks if (side := _side(choice.words, tick)) is not None}
    return shown.pop() if len(shown) == 1 else None


def _side(words: Sequence[Word], tick: Tick) -> bool | None:
    """Whether a tick stands before its word; None where words stand as near at both its sides."""
    behind = min((word.left - tick.right for word in words if word.left > tick.left), default=None)
    ahead = min((tick.left - word.right for word in words if word.right < tick.right), default=None)
    if behind is None or ahead is None:
        return behind is not None if len(words) > 1 else None
    near, far = sorted((max(0.0, behind), max(0.0, ahead)))
    return behind < ahead if tick.measured and near <= _CLEARLY * far else None


def _marked(choice: _Choice, before: bool | None) -> Row:
    ticked: set[int] = set()
    doubt = False
    for tick in choice.ticks:
        own = before if len(choice.words) > 1 else _side(choice.words, tick)
        side = _side(choice.words, tick) if own is None else own
        place = _word_at(choice.words, tick, side)
        doubt = doubt or place is None
        ticked.add(-1 if place is None else place)
    pieces = [line for line in choice.question if not any(word.line is line for word in choice.words)]
    for line in choice.question:
        question = QUESTION.match(line.text)
        if question and any(word.line is line for word in choice.words):
            end = places_of(line, [(0, question.end())])[0][1]
            pieces.append(replace(line, text=question[0].strip(), box=part_of(line.box, line.left, end)))
    for number, word in enumerate(choice.words):
        box = part_of(word.line.box, word.left, word.right)
        mark = Mark(kind="tick", ticked=None if doubt else number in ticked, box=box)
        pieces.append(replace(word.line, text=f"{mark.sign} {word.text}".strip(), box=box, mark=mark))
    return tuple(pieces)


def _word_at(words: Sequence[Word], tick: Tick, before: bool | None) -> int | None:
    """Which word a tick stands at; None where that is open."""
    if len(words) == 1:
        return 0
    if before is None:
        return None
    if before:
        return min((number for number, word in enumerate(words) if word.left > tick.left), default=None)
    return max((number for number, word in enumerate(words) if word.right < tick.right), default=None)
