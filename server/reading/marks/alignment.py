"""Which words of a recognised line stand between which of its boxes: by the widths of the words.

The recogniser gives the text of a line and no places in it. It may leave a box out, or read it as a sign or letter.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

SIGNS: Final = frozenset("□☐☑☒■▢◻▣⊠✓✔✗✘○◯●◉⊙⚪⚫")
"""Characters that are boxes, circles and ticks whatever stands beside them."""
LETTERS: Final = frozenset("O0oDQCXxVv√LU口冈区回囗×[]凶図NZMJY✕✖K(@©®⑧⊗⊕★◆♦") | {"[]", "[X]", "[x]"}
"""Letters and signs that a recogniser reads a box, ticked or not, as."""

_CJK: Final = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef"
_TOKEN: Final = re.compile(
    rf"[{''.join(SIGNS)}]|[{_CJK}]|[^\s:{_CJK}{''.join(SIGNS)}]*:+|[^\s:{_CJK}{''.join(SIGNS)}]+"
)
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]-/ ")
_SPACE: Final = 0.3  # of the height of print, as the widths below
_UNREAD: Final = 40.0  # cost of a sign that is no box
_MOST_PIECES: Final = 40  # of a line; a form has hardly ten boxes side by side
_LEFT_OUT: Final = 0.6  # cost of a box that the recogniser did not read


def tokens(text: str) -> list[str]:
    """Words, signs, and each character of Chinese and Japanese."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=4096)
def width_of(token: str) -> float:
    """How wide a text is in heights of print, by the usual widths of letters."""
    return sum(
        1.0
        if re.match(f"[{_CJK}]", char)
        else 0.3
        if char in _NARROW
        else 0.85
        if char in "mwMW"
        else 0.68
        if char.isupper()
        else 0.55
        for char in token
    )


def parted(text: str, widths: Sequence[float]) -> list[str] | None:
    """Part `text` into as many pieces as there are `widths` of print, with a box between each and the next.

    Signs and letters that were read for a box are left out. None where no parting is likely.
    """
    if len(widths) > _MOST_PIECES:
        return None
    words = tokens(text)
    starts = _starts(text, words)
    read_as_boxes = {*SIGNS, *LETTERS} if sum(word in LETTERS for word in words) < len(widths) else SIGNS
    plain = sum(width_of(word) for word in words if word not in read_as_boxes)
    plain += _SPACE * max(0, sum(word not in read_as_boxes for word in words) - len(widths))
    scale = sum(widths) / plain if plain else 1.0
    best: dict[int, tuple[float, list[tuple[int, int]]]] = {0: (0.0, [])}
    for number, width in enumerate(widths):
        best = _with_piece(best, words, width / max(scale, 1e-6))
        if number + 1 < len(widths):
            best = _with_box(best, words)
    end = best.get(len(words))
    if end is None or end[0] >= _UNREAD:
        return None
    return [_joined(text, starts, words, first, last) for first, last in end[1]]


def _with_piece(
    best: dict[int, tuple[float, list[tuple[int, int]]]], words: Sequence[str], width: float
) -> dict[int, tuple[float, list[tuple[int, int]]]]:
    """Each way so far with each number of words in the next piece, `width` in heights of print."""
    longer: dict[int, tuple[float, list[tuple[int, int]]]] = {}
    for start, (cost, pieces) in best.items():
        wide, unread = 0.0, 0.0
        for end in range(start, len(words) + 1):
            if end > start:
                wide += width_of(words[end - 1]) + (_SPACE if end - 1 > start else 0.0)
                unread += _UNREAD * (words[end - 1] in SIGNS)
            whole = cost + unread + (wide - width) ** 2
            if wide > width and whole >= _UNREAD:
                break  # and so would be each longer piece
            if end not in longer or whole < longer[end][0]:
                longer[end] = (whole, [*pieces, (start, end)])
    return longer


def _with_box(
    best: dict[int, tuple[float, list[tuple[int, int]]]], words: Sequence[str]
) -> dict[int, tuple[float, list[tuple[int, int]]]]:
    """Each way so far with a box behind it: read as the next word, where that is a sign or letter, or not read."""
    longer = {end: (cost + _LEFT_OUT, pieces) for end, (cost, pieces) in best.items()}
    for end, (cost, pieces) in best.items():
        is_box = end < len(words) and (words[end] in SIGNS or words[end] in LETTERS)
        if is_box and (end + 1 not in longer or cost < longer[end + 1][0]):
            longer[end + 1] = (cost, pieces)
    return longer


def _starts(text: str, words: Sequence[str]) -> list[int]:
    starts, place = [], 0
    for word in words:
        place = text.index(word, place)
        starts.append(place)
        place += len(word)
    return starts


def _joined(text: str, starts: Sequence[int], words: Sequence[str], first: int, last: int) -> str:
    return text[starts[first] : starts[last - 1] + len(words[last - 1])] if last > first else ""
