"""How sure a value is: a probability from what is known about how it was found.

One place for the features and their weights, so that both can be fitted on pages whose values are known.
"""

from dataclasses import dataclass, fields
from math import exp, log
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known about a candidate; each from 0 to 1.

    `label` is how well the label matched, `own` whether it is the property's own word, `wider` a
    word for more than it, `marked` whether a sign such as
    a colon stands behind it, `begins` whether it begins its line, `below` whether the value stands under it,
    `unlabelled` how far the layout alone speaks for it, without a label. `recognised` is the lowest score of its lines.
    `checked` counts the checks that agree (1 is two or more), `refuted` whether one fails. `rivals` counts other values
    that stand as well (1 is three or more).
    """

    label: float = 0.0
    own: float = 0.0
    wider: float = 0.0
    marked: float = 0.0
    begins: float = 0.0
    below: float = 0.0
    unlabelled: float = 0.0
    recognised: float = 1.0
    checked: float = 0.0
    refuted: float = 0.0
    rivals: float = 0.0


BIAS: Final = -9.3
WEIGHTS: Final = {
    "label": 4.0,
    "own": 0.5,
    "wider": -1.5,
    "marked": 0.6,
    "begins": 0.6,
    "below": -0.6,
    "unlabelled": 5.0,
    "recognised": 7.5,
    "checked": 2.0,
    "refuted": -3.5,
    "rivals": -1.6,
}
"""Set by hand so far: a labelled value, read well, without rivals comes near 0.95."""
_LEAST: Final = 1e-6


def confidence(features: Features) -> float:
    """The probability that a value with these features is right."""
    return _probability(BIAS + _evidence(features))


def raised(probability: float, features: Features) -> float:
    """A probability after more has become known, as by a check; `features` holds that alone, `recognised` aside."""
    known = min(max(probability, _LEAST), 1 - _LEAST)
    return _probability(log(known / (1 - known)) + _evidence(features) - WEIGHTS["recognised"] * features.recognised)


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What speaks for a value that is given.

    `score` is the candidate's probability (unused for a cell of a table), `lines` how many lines of print it takes,
    `recognised` the lowest score of these.
    """

    score: float
    table: bool
    lines: int
    recognised: float
    number: bool
    digits: bool
    checked: bool


# Fitted by logistic regression on 9,373 values of the development pages of benchmarks/kinds.py, clean and worn.
# One is taken off the log-odds there, since rules do better on the pages they were developed on.
_FITTED: Final = 0.4 - 1.0
_SCORE, _TABLE, _MORE_LINES, _NUMBER, _CHECKED, _RECOGNISED, _DIGITS = 0.35, 2.05, -1.21, 1.03, 1.32, 1.74, 0.18
_MOST_LINES = 3  # beyond the first, that count


def calibrated(support: Support) -> float:
    """The probability that a given value is right, as measured on pages whose values are known."""
    known = min(max(support.score, _LEAST * 1000), 1 - _LEAST * 1000)
    recognised = min(1.0, max(0.0, (support.recognised - 0.9) / 0.1))
    odds = _FITTED + _NUMBER * support.number + _CHECKED * support.checked + _RECOGNISED * recognised
    odds += _DIGITS * (support.digits and not support.number)
    if support.table:
        return _probability(odds + _TABLE + _MORE_LINES * min(_MOST_LINES, support.lines - 1))
    return _probability(odds + _SCORE * log(known / (1 - known)))


def _evidence(features: Features) -> float:
    return sum(WEIGHTS[field.name] * float(getattr(features, field.name)) for field in fields(features))


def _probability(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))
