"""CTC decoding of a line: the best text, and the alternatives of each character.

CTC: a network gives, for every step along a line, the probability of each character and of none (class 0). Greedy
decoding takes the likeliest of each step and drops repetitions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SPACE_PROBABILITY: Final = 0.2  # a space this likely between two characters is one; see benchmarks/README.md
_DOUBTFUL: Final = 0.997  # a character surer than this has no rivals worth a look
_RIVAL: Final = 0.003  # of the best reading's probability; less is noise
_MOST_RIVALS: Final = 8
_LOST: Final = 0.01  # a character this likely may be one that the best path runs over

Probabilities = NDArray[np.float32]
"""Shape (steps, classes), rows add up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One character of a line as read, and its rivals: each with its probability over that of what was read.

    `rivals` may stand in its place ("" for no character at all); `before` may stand between it and the one before. `at`
    is the step of the network in which it was seen, from 0.
    """

    char: str
    probability: float
    rivals: tuple[tuple[str, float], ...] = ()
    before: tuple[tuple[str, float], ...] = ()
    at: float = 0.0


def decode(probabilities: Probabilities, characters: Sequence[str]) -> list[Glyph]:
    """Read one line greedily; spaces that the best path runs over are kept where they are likely.

    `characters` gives the character of each class; the last class is the space, class 0 is none.
    """
    best = probabilities.argmax(axis=1)
    space = len(characters) - 1
    glyphs: list[Glyph] = []
    end = 0  # the step behind the last character
    for first, last in _runs(best):
        index = int(best[first])
        gap = probabilities[end:first]
        likely = float(gap[:, space].max()) if len(gap) else 0.0
        if glyphs and index != space and glyphs[-1].char != " " and likely > _SPACE_PROBABILITY:
            none = float(gap[gap[:, space].argmax(), 0])
            glyphs.append(Glyph(char=" ", probability=likely, rivals=(("", none / likely),)))
            before: tuple[tuple[str, float], ...] = ()
        else:
            before = _between(gap, characters) if glyphs else ()
        steps = probabilities[first : last + 1]
        glyphs.append(
            Glyph(
                char=characters[index],
                probability=float(probabilities[first, index]),
                rivals=_rivals(steps, index, characters),
                before=before,
                at=(first + last) / 2,
            )
        )
        end = last + 1
    return glyphs


def _runs(best: NDArray[np.intp]) -> list[tuple[int, int]]:
    """The first and last step of every character of the best path."""
    runs: list[tuple[int, int]] = []
    for step in np.flatnonzero(best).tolist():
        if runs and runs[-1][1] == step - 1 and best[step] == best[step - 1]:
            runs[-1] = runs[-1][0], step
        else:
            runs.append((step, step))
    return runs


def _rivals(steps: Probabilities, index: int, characters: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """What else `steps` may say, all of them together."""
    if steps[:, index].max() > _DOUBTFUL:
        return ()
    peak = steps[int(steps[:, index].argmax())]
    likely = [int(other) for other in np.flatnonzero(peak > _RIVAL * peak[index]) if other not in (0, index)]
    classes = sorted(likely, key=lambda other: -peak[other])[:_MOST_RIVALS]
    here, none = steps[:, index], steps[:, 0]
    found = [(characters[other], float((np.maximum(steps[:, other], none) / here).prod())) for other in classes]
    found.append(("", float((none / here).prod())))
    return tuple(rival for rival in found if rival[1] >= _RIVAL)


def _between(gap: Probabilities, characters: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """What may stand in a gap that the best path takes for empty."""
    if not len(gap):
        return ()
    peaks = gap.max(axis=0)
    return tuple(
        (characters[other], float((gap[:, other] / gap[:, 0]).max()))
        for other in np.flatnonzero(peaks > _LOST).tolist()
        if other
    )
