"""Print beside a label that fills in no value: hints in brackets, marks of a form's revision, scribbles."""

import re
from typing import Final

from server.fields.labels.neighbours import Found
from server.fields.print.page_view import Candidate

_HINT: Final = re.compile(r"[(（\[][^()（）\[\]]*[^\W\d_]{2}[^()（）\[\]]*[)）\]]\.?")
_REVISION: Final = re.compile(
    r"\b(?:rev(?:ised|ision)?|form)\b\.?\s?(?:no\.?\s?)?\d{1,2}\s?[/.-]\s?\d{2,4}\b", re.IGNORECASE
)
_LEGIBLE: Final = 0.6  # of a recogniser's score: below it, handwriting is seldom read right


def is_aside(found: Found) -> bool:
    """Whether a text says how to fill a form in, or which form it is: `(one copy each)`, `REV. 10/79`.

    Behind a colon one word in brackets is a value, as in `Status: [PAID]`, and so is what looks like a form's mark.
    """
    if _HINT.fullmatch(found.text.strip()):
        return not found.marked or len(found.text.split()) > 1
    return bool(_REVISION.search(found.text)) and not (found.marked and found.place == "behind")


def is_legible(candidate: Candidate) -> bool:
    """Whether every line of a value was read well enough to be given; one that a check proves was."""
    return bool(candidate.checked) or all(line.score >= _LEGIBLE for line in candidate.lines)
