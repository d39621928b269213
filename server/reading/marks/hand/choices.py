"""Shows what is chosen by hand among printed words: the one in a ring, the only one that is not struck or crossed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2

from server.reading.marks.alignment import width_of
from server.reading.marks.hand.alternatives import Span, alternatives, is_yes_or_no, offered, places_of
from server.reading.marks.hand.chains import chains, has_bar, joined
from server.reading.marks.hand.ink import ink_of, without_lines
from server.reading.marks.hand.lost_words import has_lost_word, with_lost_word
from server.reading.marks.hand.strokes import Paper, Strokes, strokes_on
from server.values.lines import Line, Mark, Quad, part_of

_ASIDE: Final = 5.0  # heights of print from a word to its contrary
_CLOSE: Final = 0.2  # heights of print around what was read
_LETTER: Final = 0.35  # heights of print: a piece of ink so large is no dust
_WIDER: Final = 1.4  # times the usual width of a word
_BEFORE: Final = 0.2  # heights of print from the edge of a line, and from a bar, to the word between them
_LEVEL: Final = 0.25  # of the strip of a row, at its top and bottom, is the rows' beside it


def has_choice(row: Sequence[Line]) -> bool:
    """Whether words to choose among are printed in a row."""
    parted = any(len(alternatives(line.text)) > 1 for line in (*row, *_parted(row)))
    return parted or bool(_yes_and_no(row)) or any(map(has_lost_word, row))


def with_lost_bar(row: Sequence[Line], paper: Paper) -> tuple[Line, ...]:
    """Return the lines of a row as `with_choices` does, where one of two words without a bar has a ring around it."""
    found: list[Line] = []
    for chain in chains(row, paper.height):
        pieces: list[Line] = []
        if offered(" ".join(line.text for line in chain)):
            whole = joined(chain)
            pieces = _pieces(whole, paper, alternatives(whole.text) or offered(whole.text))
        found += pieces if any(piece.mark and piece.mark.kind == "ring" for piece in pieces) else chain
    return tuple(found)


def _parted(row: Sequence[Line]) -> list[Line]:
    """The joined lines of a row whose words a ring may have parted."""
    if not any(has_bar(line.text) for line in row):
        return []
    return [joined(chain) for chain in chains(row, max(line.height for line in row)) if len(chain) > 1]


def joined_rows(rows: Sequence[tuple[Line, ...]], height: float) -> list[tuple[Line, ...]]:
    """Return rows in which a yes stands beside its no, though a ring around one made it seem to be in another row."""
    found: list[tuple[Line, ...]] = []
    for row in rows:
        above = found[-1] if found else ()
        if above and _are_beside(above, row, height):
            moved = (replace(line, row=above[0].row, block=above[0].block) for line in row)
            found[-1] = tuple(sorted((*above, *moved), key=lambda line: line.left))
        else:
            found.append(row)
    return found


def _are_beside(above: Sequence[Line], row: Sequence[Line], height: float) -> bool:
    alone = [one for one in (above, row) if len(_yes_and_no(one)) == len(one)]
    if not alone or not _yes_and_no(above) or not _yes_and_no(row):
        return False
    one, other = _yes_and_no(above)[-1], _yes_and_no(row)[0]
    return abs(one.top + one.bottom - other.top - other.bottom) <= height


def with_choices(row: Sequence[Line], paper: Paper) -> tuple[Line, ...]:
    """Return the lines of a row with marks for what is chosen on its page."""
    row = with_lost_word(row, paper)
    cells = [line for line in _yes_and_no(row) if line.mark is None]
    if len(cells) > 1:
        strokes = [strokes_on(paper, line) for line in cells]
        marks = dict(zip(map(id, cells), _marks([(line, line.box) for line in cells], strokes, paper), strict=True))
        return tuple(_marked(line, line.text, marks.get(id(line))) for line in row)
    if len(cells) == 1 and (marked := _unread(cells[0], row, paper)) is not None:
        return tuple(marked if line is cells[0] else line for line in row)
    found: list[Line] = []
    for chain in chains(row, paper.height):
        whole = joined(chain)
        pieces = _pieces(whole, paper)
        if len(chain) > 1 and pieces == [whole]:
            pieces = [piece for line in chain for piece in _pieces(line, paper)]
        found += pieces
    return tuple(found)


def _unread(word: Line, row: Sequence[Line], paper: Paper) -> Line | None:
    """A yes or no by itself with an open mark, where ink beside it may be the other word, marked and so not read."""
    top, bottom = (round((word.top + word.bottom) / 2 + way * paper.height) for way in (-1, 1))
    left, right = max(0, round(word.left - _ASIDE * paper.height)), round(word.right + _ASIDE * paper.height)
    part = paper.gray[max(0, top) : bottom, left:right].copy()
    if min(part.shape) < paper.height:
        return None
    ink = without_lines(ink_of(part, paper.height), paper.height)
    close = _CLOSE * paper.height
    for line in row:
        ink[:, max(0, round(line.left - left - close)) : max(0, round(line.right - left + close))] = 0
    _, _, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8, ltype=cv2.CV_32S)
    low, high = part.shape[0] * _LEVEL, part.shape[0] * (1 - _LEVEL)
    sizes = [stat[2:4] for stat, middle in zip(stats[1:], middles[1:], strict=True) if low <= middle[1] <= high]
    spread = word.right - word.left > _WIDER * width_of(word.text) * paper.height  # more is printed there than was read
    if not spread and not any(min(size) >= _LETTER * paper.height for size in sizes):
        return None
    if spread and _is_struck_before(word, paper):
        return _marked(word, word.text, Mark(kind="strike", ticked=True, box=word.box))
    ringed = not spread and strokes_on(paper, word).surrounds(word.left, word.right)
    return _marked(word, word.text, Mark(kind="ring", ticked=True if ringed else None, box=word.box))


def _is_struck_before(word: Line, paper: Paper) -> bool:
    """Whether what was not read before the bar of `/ No` is struck, and the word behind it is not."""
    if not has_bar(word.text[:1]) or len(word.middles) != len(word.text.replace(" ", "")):
        return False
    bar = word.left + word.middles[0] * (word.right - word.left)
    first = next(at for at, char in enumerate(word.text) if char.isalpha())
    ((left, right),) = places_of(word, [(first, len(word.text))])
    strokes = strokes_on(paper, word)
    before = word.left + _BEFORE * paper.height, bar - _BEFORE * paper.height
    if before[0] >= before[1] or strokes.strikes(left, right) is not False or strokes.crosses(left, right) is not False:
        return False
    return strokes.strikes(*before) is True or (not paper.asks_to_cross and strokes.crosses(*before) is True)


def _yes_and_no(row: Sequence[Line]) -> list[Line]:
    return [line for line in row if is_yes_or_no(line.text)]


def _pieces(line: Line, paper: Paper, spans: Sequence[Span] | None = None) -> list[Line]:
    spans = (spans or alternatives(line.text)) if line.mark is None else []
    if len(spans) < 2:
        return [line]
    places = places_of(line, spans)
    words = [(line, part_of(line.box, left, right)) for left, right in places]
    strokes = strokes_on(paper, line)
    marks = _marks(words, [strokes] * len(words), paper)
    if not any(marks):
        return [line]
    question = line.text[: spans[0][0]].strip()
    box = part_of(line.box, line.left, max(line.left + 1, places[0][0]))
    return [
        *([replace(line, text=question, box=box)] if question else []),
        *(
            _marked(replace(line, box=word), line.text[first:last], mark)
            for (_, word), (first, last), mark in zip(words, spans, marks, strict=True)
        ),
    ]


def _marks(words: Sequence[tuple[Line, Quad]], strokes: Sequence[Strokes], paper: Paper) -> list[Mark | None]:
    """What each of some words to choose among is: chosen, not chosen, or open; None where nobody drew on them."""
    bounds = [(box[0][0], box[1][0]) for _, box in words]
    crossed = [stroke.crosses(*place) for stroke, place in zip(strokes, bounds, strict=True)]
    ringed = [stroke.surrounds(*place) for stroke, place in zip(strokes, bounds, strict=True)]
    if any(crossed):  # a cross may have as much ink around its middle as a ring, and letters in a ring look crossed
        both = any(cross and ring for cross, ring in zip(crossed, ringed, strict=True))
        return _left_over(words, [None] * len(words) if both or paper.asks_to_cross else crossed)
    struck = [stroke.strikes(*place) for stroke, place in zip(strokes, bounds, strict=True)]
    if not any(ringed) and (None in struck or not any(struck)):
        return [None] * len(words)
    if not any(ringed):
        return _left_over(words, struck)
    states = [None if ring and strike else ring for ring, strike in zip(ringed, struck, strict=True)]
    return [Mark(kind="ring", ticked=state, box=box) for state, (_, box) in zip(states, words, strict=True)]


def _left_over(words: Sequence[tuple[Line, Quad]], struck: Sequence[bool | None]) -> list[Mark | None]:
    """What words are of which some are struck or crossed out: the one that is left is chosen."""
    left = True if list(struck).count(False) == 1 and None not in struck else None
    states = [False if strike else left for strike in struck]
    return [Mark(kind="strike", ticked=state, box=box) for state, (_, box) in zip(states, words, strict=True)]


def _marked(line: Line, text: str, mark: Mark | None) -> Line:
    return line if mark is None else replace(line, text=f"{mark.sign} {text}".strip(), mark=mark)
