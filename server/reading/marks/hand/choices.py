"""Shows what is chosen among printed words by hand: the word with a ring around it, the one that is not struck out."""

from collections.abc import Sequence
from dataclasses import replace

from server.reading.marks.hand.alternatives import alternatives, is_yes_or_no, places_of
from server.reading.marks.hand.strokes import Strokes, strokes_on
from server.reading.marks.places import Image
from server.values.lines import Line, Mark, MarkKind, Quad, part_of


def has_choice(row: Sequence[Line]) -> bool:
    """Whether words to choose among are printed in a row."""
    return len(_yes_and_no(row)) > 1 or any(len(alternatives(line.text)) > 1 for line in row)


def with_choices(row: Sequence[Line], gray: Image, height: float) -> tuple[Line, ...]:
    """Return the lines of a row with marks for what is chosen on the page `gray`, whose print is `height` high."""
    cells = [line for line in _yes_and_no(row) if line.mark is None]
    if len(cells) > 1:
        strokes = [_strokes(line, gray, height) for line in cells]
        marks = dict(zip(map(id, cells), _marks([(line, line.box) for line in cells], strokes), strict=True))
        return tuple(_marked(line, line.text, marks.get(id(line))) for line in row)
    return tuple(piece for line in row for piece in _pieces(line, gray, height))


def _yes_and_no(row: Sequence[Line]) -> list[Line]:
    return [line for line in row if is_yes_or_no(line.text)]


def _pieces(line: Line, gray: Image, height: float) -> list[Line]:
    spans = alternatives(line.text) if line.mark is None else []
    if len(spans) < 2:
        return [line]
    places = places_of(line, spans)
    words = [(line, part_of(line.box, left, right)) for left, right in places]
    strokes = _strokes(line, gray, height)
    marks = _marks(words, [strokes] * len(words))
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


def _strokes(line: Line, gray: Image, height: float) -> Strokes:
    return strokes_on(gray, line.left, line.right, (line.top + line.bottom) / 2, height)


def _marks(words: Sequence[tuple[Line, Quad]], strokes: Sequence[Strokes]) -> list[Mark | None]:
    """What each of some words to choose among is: chosen, not chosen, or open; None where nobody drew on them."""
    bounds = [(box[0][0], box[1][0]) for _, box in words]
    ringed = [stroke.surrounds(*place) for stroke, place in zip(strokes, bounds, strict=True)]
    struck = [stroke.strikes(*place) for stroke, place in zip(strokes, bounds, strict=True)]
    if not any(ringed) and (None in struck or not any(struck)):
        return [None] * len(words)
    if any(ringed):
        states = [None if ring and strike else ring for ring, strike in zip(ringed, struck, strict=True)]
    else:
        left = True if struck.count(False) == 1 else None
        states = [False if strike else left for strike in struck]
    kind: MarkKind = "ring" if any(ringed) else "strike"
    return [Mark(kind=kind, ticked=state, box=box) for state, (_, box) in zip(states, words, strict=True)]


def _marked(line: Line, text: str, mark: Mark | None) -> Line:
    return line if mark is None else replace(line, text=f"{mark.sign} {text}".strip(), mark=mark)
