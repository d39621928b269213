"""Unknown request fields: likely typos of a known name are refused, others are ignored and reported."""

import re
from collections.abc import Collection, Iterable
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA

from server.errors import InvalidRequest

_PRINTABLE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SHOWN = 10
_CHECKED = 256
_LONGEST = 64


def refuse_near_misses(given: Iterable[str], known: Collection[str], *, inside: str = "") -> None:
    """Refuse a misspelt field, because leaving it aside would silently change the answer.

    Only the first few hundred unknown names are checked: a hostile body may have millions, and no earnest one has more.

    Raises:
        InvalidRequest: a name is one or two slips away from a known one (`unknown_parameter`).
    """
    for name in islice((name for name in given if name not in known), _CHECKED):
        if meant := nearest_name(name, known):
            raise InvalidRequest(
                f"Unknown parameter: '{inside}{name}'. Did you mean '{inside}{meant}'?",
                param=f"{inside}{name}",
                code="unknown_parameter",
            )


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that `name` misspells, if it does.

    One slip is allowed up to 7 letters, two up to 13, three beyond; case, hyphens and missing underscores cost
    nothing. In names of up to 5 letters a letter put for another is no slip: ``top_a`` is a field elsewhere.
    """
    folded = {_fold(candidate): candidate for candidate in known}
    if not 2 < len(name) <= _LONGEST:
        return None
    best = process.extractOne(_fold(name), folded.keys(), scorer=OSA.distance, score_cutoff=_slips(name))
    if best is None:
        return None
    if len(name) <= 5 and len(best[0]) == len(_fold(name)) and sorted(best[0]) != sorted(_fold(name)):
        return None
    return folded[best[0]]


def ignored_header(given: Iterable[str], known: Collection[str]) -> str:
    """Render the unknown names for `x-pageglass-ignored`: the first ten that are plain, the rest as a count."""
    names = [name for name in given if name not in known]
    shown = list(islice((name for name in names if _PRINTABLE.fullmatch(name)), _SHOWN))
    rest = len(names) - len(shown)
    return ", ".join([*shown, f"+{rest} more"] if rest else shown)


def _fold(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _slips(name: str) -> int:
    return 1 if len(name) <= 7 else 2 if len(name) <= 13 else 3
